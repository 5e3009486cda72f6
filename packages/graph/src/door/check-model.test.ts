import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { ModelFormatError } from '@oddpixel/contract';
import {
  AttributeType,
  create,
  DataLocation,
  GraphProtoSchema,
  ModelProtoSchema,
  toBinary,
} from '../codec/protobuf.ts';
import { checkModelBytes } from './check-model.ts';

const float32 = 1;
const int64 = 7;
type Message = Record<string, unknown>;

/** A value's declaration; a name stands for an open dimension. */
function value(name: string, dims: readonly (number | string)[]): Message {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'string'
        ? { case: 'dimParam', value: size }
        : { case: 'dimValue', value: BigInt(size) },
  }));
  return { name, type: { value: { case: 'tensorType', value: { elemType: float32, shape: { dim } } } } };
}

function node(opType: string, input: string[], output: string[], more: Message = {}): Message {
  return { opType, input, output, name: `${opType} of ${output[0]}`, ...more };
}

/** A model of one chain, image → y, with what a test adds or replaces. */
function model({ graph = {}, ...more }: { graph?: Message } & Message = {}): Uint8Array {
  const proto = {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'g',
      input: [value('image', ['N', 3, 4, 6])],
      output: [value('y', ['N', 3, 4, 6])],
      node: [node('Relu', ['image'], ['y'])],
      ...graph,
    },
    ...more,
  };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, proto as never));
}

const floats = (name: string, dims: number[], data: number[]): Message => ({
  name,
  dataType: float32,
  dims: dims.map(BigInt),
  floatData: data,
});
const integers = (name: string, data: number[]): Message => ({
  name,
  dataType: int64,
  dims: [BigInt(data.length)],
  int64Data: data.map(BigInt),
});
const external = {
  dataLocation: DataLocation.EXTERNAL,
  externalData: [{ key: 'location', value: 'secret.bin' }],
};
const body = create(GraphProtoSchema, { name: 'body' });

const refused: [what: string, bytes: Uint8Array, message: RegExp][] = [
  [
    'external data of an initializer',
    model({ graph: { initializer: [{ ...floats('w', [1], []), ...external }] } }),
    /`w`/,
  ],
  [
    'external data without the flag that announces it',
    model({
      graph: { initializer: [{ ...floats('w', [1], [1]), externalData: external.externalData }] },
    }),
    /`w`/,
  ],
  [
    'external data of a tensor in an attribute',
    model({
      graph: {
        node: [
          node('Constant', [], ['c'], {
            attribute: [
              { name: 'value', type: AttributeType.TENSOR, t: { ...floats('', [1], []), ...external } },
            ],
          }),
          node('Add', ['image', 'c'], ['y']),
        ],
      },
    }),
    /external|file/,
  ],
  [
    'sparse initializers',
    model({ graph: { sparseInitializer: [{ values: floats('w', [1], [1]), dims: [4n] }] } }),
    /sparse/,
  ],
  ['model-local functions', model({ functions: [{ name: 'f', domain: 'x' }] }), /functions/],
  ['graphs for training', model({ trainingInfo: [{}] }), /training/],
  ...['Loop', 'Scan', 'If'].map((opType): [string, Uint8Array, RegExp] => [
    `the operator ${opType}`,
    model({
      graph: {
        node: [
          node(opType, ['image'], ['y'], {
            attribute: [{ name: 'body', type: AttributeType.GRAPH, g: body }],
          }),
        ],
      },
    }),
    /graphs? inside|nested/,
  ]),
  [
    'a graph inside an operator that takes none',
    model({
      graph: {
        node: [
          node('Relu', ['image'], ['y'], {
            attribute: [{ name: 'body', type: AttributeType.GRAPH, g: body }],
          }),
        ],
      },
    }),
    /graph/,
  ],
  [
    'an operator of an unknown domain',
    model({ graph: { node: [node('Relu', ['image'], ['y'], { domain: 'evil' })] } }),
    /`evil`/,
  ],
  [
    'an operator of Microsoft that reads files',
    model({ graph: { node: [node('EPContext', ['image'], ['y'], { domain: 'com.microsoft' })] } }),
    /com\.microsoft/,
  ],
  [
    'a cycle',
    model({ graph: { node: [node('Add', ['image', 'y'], ['x']), node('Relu', ['x'], ['y'])] } }),
    /cycle/,
  ],
  [
    'two initializers of one name',
    model({ graph: { initializer: [floats('w', [1], [1]), floats('w', [1], [2])] } }),
    /`w`.*twice/,
  ],
  [
    'two nodes that make one value',
    model({ graph: { node: [node('Relu', ['image'], ['y']), node('Neg', ['image'], ['y'])] } }),
    /made twice/,
  ],
  ['a value that nothing makes', model({ graph: { node: [node('Relu', ['ghost'], ['y'])] } }), /`ghost`/],
  ['an output that nothing makes', model({ graph: { output: [value('z', [1])] } }), /`z`/],
  ['two manifests', model({ metadataProps: [{ key: 'oddpixel' }, { key: 'oddpixel' }] }), /occurs twice/],
  ['no operator set', model({ opsetImport: [] }), /operator set/],
  [
    'data shorter than its shape',
    model({
      graph: { initializer: [{ name: 'w', dataType: float32, dims: [100n], rawData: new Uint8Array(8) }] },
    }),
    /`w`/,
  ],
  [
    'terabytes out of one number',
    model({
      graph: {
        initializer: [integers('shape', [1_000_000, 1_000_000])],
        node: [node('ConstantOfShape', ['shape'], ['c']), node('Add', ['image', 'c'], ['y'])],
      },
    }),
    /gigantic/,
  ],
  [
    'an image repeated into terabytes',
    model({
      graph: {
        initializer: [integers('repeats', [1, 1, 1_000_000, 1_000_000])],
        node: [node('Tile', ['image', 'repeats'], ['y'])],
      },
    }),
    /gigantic/,
  ],
  [
    'a file without a graph',
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })),
    /graph/,
  ],
  ['a file that is cut off', model().subarray(0, 40), /damaged/],
  ['text', new TextEncoder().encode('not a model at all'), /./],
];

describe('the door', () => {
  test('accepts a plain model', () => {
    expect(() => checkModelBytes(model())).not.toThrow();
    const named = model({ graph: { initializer: [floats('w', [2], [1, 2])] } });
    expect(() => checkModelBytes(named)).not.toThrow();
  });

  test.each(refused)('refuses %s', (_, bytes, message) => {
    expect(() => checkModelBytes(bytes)).toThrow(ModelFormatError);
    expect(() => checkModelBytes(bytes)).toThrow(message);
  });

  test('shows control characters in names as plain text', () => {
    const bytes = model({ graph: { node: [node('Relu', ['\u001b[2Jghost'], ['y'])] } });
    expect(() => checkModelBytes(bytes)).toThrow(/\\u\{1b\}\[2Jghost/);
  });

  test('checks 200,000 inputs, initializers and nodes in one pass', () => {
    const count = 200_000;
    const names = Array.from({ length: count }, (_, i) => `v${i}`);
    const input = names.map((name) => value(`in ${name}`, [1]));
    expect(() => checkModelBytes(model({ graph: { input } }))).toThrow(ModelFormatError);
    const chain = names.map((name, i) => node('Relu', [i === 0 ? 'image' : `v${i - 1}`], [name]));
    const backwards = [node('Relu', [`v${count - 1}`], ['y']), ...chain.reverse()];
    const limited = model({ graph: { node: backwards.slice(0, 50_000) } });
    expect(() => checkModelBytes(limited)).toThrow(ModelFormatError);
  });
});

const hostile = referencePath('cases', 'hostile', 'models');
const cases = hostile === undefined ? [] : ['ext_cwd_big', 'fn_billion_laughs', 'loop_forever'];

describe('hostile files', () => {
  test.skipIf(hostile === undefined)(`${referenceTitle('each is refused', hostile)}`, () => {
    for (const name of cases) {
      const bytes = readFileSync(join(hostile as string, `${name}.onnx`));
      expect(() => checkModelBytes(bytes)).toThrow(ModelFormatError);
    }
  });
});

const published = referencePath('models');

describe('published backbones', () => {
  test.skipIf(published === undefined)(`${referenceTitle('each passes', published)}`, () => {
    const files = readdirSync(published as string).filter((name) => name.endsWith('.onnx'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      expect(() => checkModelBytes(readFileSync(join(published as string, name)))).not.toThrow();
    }
  });
});
