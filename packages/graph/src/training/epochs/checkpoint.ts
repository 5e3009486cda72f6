/**
 * Training that can resume later, as one file: an ONNX file without nodes whose initializers are the parameters and
 * moments, and whose metadata states how far training had come. Read by the same reader, with the same checks, as
 * models.
 */
import * as z from 'zod/mini';
import { ModelFormatError, ParameterError, type EpochRecord, type HostTensor } from '@oddpixel/contract';
import { checkSeal, openSeal, seal, sealKey } from '../../codec/seal.ts';
import { readGraph, writeGraph } from '../../index.ts';
import type { TrainingState } from '../optimizer/index.ts';

/** How far training by epochs has come. */
export interface EpochsState {
  /** One record per finished epoch. */
  readonly history: readonly EpochRecord[];
  /** The training session after the last finished epoch. */
  readonly session: TrainingState;
  /** Parameters of the epoch with the lowest error. */
  readonly best: Readonly<Record<string, HostTensor>>;
}

const metadataKey = 'oddpixel-checkpoint';
const sessionPrefix = 'session/';
const bestPrefix = 'best/';

const schema = z.object({
  version: z.literal(1),
  /** What was trained: runs with equal text can resume from each other's checkpoints. */
  identity: z.string(),
  /** The file carries its SHA-256. Absent in checkpoints of older versions, which are taken as they are. */
  sealed: z.optional(z.literal(true)),
  step: z.int().check(z.minimum(0)),
  history: z.array(z.object({ epoch: z.int().check(z.minimum(1)), error: z.number() })),
});

/** @param identity everything that must be equal for training to resume: parameters, images, backbone. */
export function writeCheckpoint(identity: string, { history, session, best }: EpochsState): Uint8Array {
  const named = (prefix: string, tensors: Readonly<Record<string, HostTensor>>): [string, HostTensor][] =>
    Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]);
  const record: z.infer<typeof schema> = {
    version: 1,
    identity,
    sealed: true,
    step: session.step,
    history: history.map(({ epoch, error }) => ({ epoch, error })),
  };
  const bytes = writeGraph({
    name: 'checkpoint',
    opset: 17,
    irVersion: 8,
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map([...named(sessionPrefix, session.tensors), ...named(bestPrefix, best)]),
    metadata: new Map([
      [metadataKey, JSON.stringify(record)],
      [sealKey, openSeal],
    ]),
  });
  return seal(bytes);
}

/**
 * @throws ModelFormatError if the bytes are not a checkpoint or are damaged; ParameterError if they belong to other training.
 */
export function readCheckpoint(bytes: Uint8Array, identity: string): EpochsState {
  const { metadata, initializers } = readGraph(bytes);
  const record = parseRecord(metadata.get(metadataKey));
  if (record.sealed === true || metadata.has(sealKey)) checkSeal(bytes);
  if (record.identity !== identity) {
    throw new ParameterError({
      name: 'resume',
      expected: 'a checkpoint of this training',
      received: `one of another training (${firstDifference(record.identity, identity)})`,
      fix: 'Use the same images, backbone and parameters as before, or start again without the checkpoint.',
    });
  }
  const tensors = (prefix: string): Record<string, HostTensor> =>
    Object.fromEntries(
      [...initializers]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  return {
    history: record.history,
    session: { step: record.step, tensors: tensors(sessionPrefix) },
    best: tensors(bestPrefix),
  };
}

function parseRecord(text: string | undefined): z.infer<typeof schema> {
  if (text === undefined) {
    throw new ModelFormatError({
      where: `metadata "${metadataKey}"`,
      problem: 'it is missing, so this is not a training checkpoint',
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelFormatError({ where: `metadata "${metadataKey}"`, problem: 'not JSON' }, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ModelFormatError({
    where: ['checkpoint', ...(issue?.path ?? []).map(String)].join('.'),
    problem: issue?.message ?? 'not valid',
  });
}

/** Identities are JSON objects: the first field that differs, for the message. */
function firstDifference(theirs: string, ours: string): string {
  const [a, b] = [fields(theirs), fields(ours)];
  const name = [...new Set([...a.keys(), ...b.keys()])].find((key) => a.get(key) !== b.get(key));
  return name === undefined ? 'unreadable' : `\`${name}\` differs`;
}

function fields(identity: string): Map<string, string> {
  try {
    return new Map(
      Object.entries(JSON.parse(identity) as object).map(([name, value]) => [name, JSON.stringify(value)]),
    );
  } catch {
    return new Map();
  }
}
