/**
 * `pnpm generate` writes the message types of ONNX files, `onnx_pb.ts`, from the description beside it, `onnx.proto`;
 * `pnpm check generated` only checks that they are current. protobufjs reads the description and protoc-gen-es writes
 * the types: both are JavaScript, so that no compiler of the platform is needed, and no network.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import protobuf from 'protobufjs';
import descriptor, {
  type IDescriptorProto,
  type IFileDescriptorSet,
} from 'protobufjs/ext/descriptor/index.js';
import { repositoryRoot } from './repository.ts';

const folder = 'packages/graph/src/codec';
const descriptionFile = `${folder}/onnx.proto`;
const generatedFile = `${folder}/onnx_pb.ts`;

/** Messages between a compiler and protoc-gen-es, as far as they are used here. */
const { nested: plugin } = protobuf.parse(
  `syntax = "proto2";
  message Request {
    repeated string file_to_generate = 1;
    optional string parameter = 2;
    repeated bytes proto_file = 15;
  }
  message Response {
    message File { optional string content = 15; }
    optional string error = 1;
    repeated File file = 15;
  }`,
).root;

interface Response {
  readonly error?: string;
  readonly file?: readonly { readonly content: string }[];
}

/** The types of the messages that a description declares. @throws Error that names the place where the description is wrong. */
export function typesOf(description: string): string {
  const parameter = 'target=ts,erasable_syntax=true';
  const request = { fileToGenerate: ['onnx.proto'], parameter, protoFile: [compile(description)] };
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('@bufbuild/protoc-gen-es/package.json');
  const output = execFileSync(process.execPath, [join(dirname(manifest), 'bin', 'protoc-gen-es')], {
    input: pluginMessage('Request').encode(request).finish(),
    maxBuffer: 1e8,
  });
  const { error, file } = pluginMessage('Response').toObject(
    pluginMessage('Response').decode(output),
  ) as Response;
  const [types] = file ?? [];
  if (types === undefined) throw new Error(`protoc-gen-es wrote nothing: ${error ?? 'no reason given'}`);
  return types.content;
}

function pluginMessage(name: string): protobuf.Type {
  const message = plugin?.[name];
  if (message instanceof protobuf.Type) return message;
  throw new Error(`no message ${name}`);
}

/** A description in one package → the bytes of its FileDescriptorProto. */
function compile(description: string): Uint8Array {
  const { root, package: packageName = '' } = protobuf.parse(description, { keepCase: true });
  root.resolveAll();
  const [file] = (root as protobuf.Root & { toDescriptor(syntax: string): IFileDescriptorSet }).toDescriptor(
    'proto2',
  ).file;
  if (file === undefined) throw new Error('the description declares no message');
  for (const message of file.messageType ?? [])
    complete(message, root.lookupType(`${packageName}.${message.name}`));
  return descriptor.FileDescriptorProto.encode({ ...file, name: 'onnx.proto' }).finish();
}

/** Puts in what protobufjs leaves out of a descriptor: full names of types, and names in JSON. */
function complete(message: IDescriptorProto, type: protobuf.Type): void {
  for (const [index, field] of (message.field ?? []).entries()) {
    const { resolvedType, name } = type.fieldsArray[index] as protobuf.Field;
    if (resolvedType !== null) field.typeName = resolvedType.fullName;
    field.jsonName = protobuf.util.camelCase(name);
  }
  for (const inner of message.nestedType ?? []) complete(inner, type.lookupType(inner.name ?? ''));
}

export function checkGenerated(): boolean {
  const path = join(repositoryRoot, generatedFile);
  const current =
    existsSync(path) &&
    readFileSync(path, 'utf8') === typesOf(readFileSync(join(repositoryRoot, descriptionFile), 'utf8'));
  if (!current)
    console.error(`${generatedFile} is not what ${descriptionFile} gives. Run \`pnpm generate\`.`);
  return current;
}

const [, script] = process.argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  writeFileSync(
    join(repositoryRoot, generatedFile),
    typesOf(readFileSync(join(repositoryRoot, descriptionFile), 'utf8')),
  );
}
