/**
 * A model: the bytes of one ONNX file and the manifest inside. Immutable; changes give a new model.
 * An initial model (backbone and manifest, no head) and a trained model are the same kind of file.
 */
import { ModelFormatError, ModelStateError, type ModelManifest } from '@oddpixel/contract';
// Not from the index: a bundler that keeps whole chunks would keep gradients and interpreter with them.
import {
  writeGraph,
  readMetadata,
  writeMetadata,
  checkSeal,
  hasSeal,
  openSeal,
  seal,
  sealFast,
  sealKey,
  sealMarkKey,
  verifySeal,
} from '@oddpixel/graph/unstable';
import type { Graph } from '@oddpixel/graph';
import { checkModel } from './check-model.ts';
import { manifestKey, parseManifest, serializeManifest } from './manifest-schema.ts';

export interface AnomalyModel {
  readonly manifest: ModelManifest;
  /** The ONNX file, manifest included: what `writeModel` returns. */
  readonly bytes: Uint8Array;
}

/** Models whose bytes were compared with their hash, or made here: large ones take a while to hash. */
const verified = new WeakSet<Pick<AnomalyModel, 'bytes'>>();

/** A model from a graph and its manifest. */
export function createModel(graph: Graph, manifest: ModelManifest): AnomalyModel {
  const metadata = withSeal(graph.metadata, manifest);
  return madeHere(manifest, writeGraph({ ...graph, metadata }));
}

/** Files of models made here whose hash is still missing. */
const unsealed = new WeakMap<AnomalyModel, Uint8Array>();

/** Its file is hashed on request: the models on the way to a trained one are never hashed. */
function madeHere(manifest: ModelManifest, file: Uint8Array): AnomalyModel {
  const model: AnomalyModel = {
    manifest,
    get bytes() {
      if (unsealed.delete(model)) seal(file);
      return file;
    },
  };
  unsealed.set(model, file);
  verified.add(model);
  return model;
}

/** The file of the model for those who read it, perhaps with zeros in place of its hash. */
export function readableBytes(model: AnomalyModel): Uint8Array {
  return unsealed.get(model) ?? model.bytes;
}

/** The same model, hashed by the host's own function: `bytes` would do it many times slower. */
export async function finishModel(model: AnomalyModel): Promise<AnomalyModel> {
  const file = unsealed.get(model);
  if (file !== undefined) {
    await sealFast(file);
    unsealed.delete(model);
  }
  return model;
}

/**
 * Reads a model file. The graph is checked but not decoded here: the backend that runs it does that. Nor are the bytes
 * compared with the hash that they carry: whatever runs, changes or exports a model does that, as does `verifyModel`.
 * Call it yourself before you show the content of the manifest.
 *
 * @throws ModelFormatError if the bytes are not ONNX, carry no manifest of ours (see `importExternalModel`), if the
 *   graph may not run (see `checkModelBytes`), or manifest and graph do not agree.
 */
export function readModel(bytes: Uint8Array): AnomalyModel {
  const text = readMetadata(bytes).get(manifestKey);
  if (text === undefined) {
    throw new ModelFormatError({
      where: `metadata "${manifestKey}"`,
      problem: 'the ONNX file carries no Oddpixel manifest',
      fix: 'Train a model with Oddpixel, or load a foreign one with importExternalModel.',
    });
  }
  const model = { manifest: parseManifest(text), bytes };
  checkModel(model);
  return model;
}

/** The bytes of the model file: plain ONNX that any ONNX Runtime opens. */
export function writeModel(model: AnomalyModel): Uint8Array {
  return model.bytes;
}

/**
 * The same graph with some fields of the manifest replaced, for example other thresholds.
 *
 * @throws ModelFormatError for a damaged file, which would get a new hash over its damage.
 */
export function withManifest(model: AnomalyModel, changes: Partial<ModelManifest>): AnomalyModel {
  checkIntegrity(model);
  const manifest: ModelManifest = { ...model.manifest, ...changes };
  const bytes = readableBytes(model);
  return madeHere(manifest, writeMetadata(bytes, withSeal(readMetadata(bytes), manifest)));
}

function withSeal(metadata: ReadonlyMap<string, string>, manifest: ModelManifest): Map<string, string> {
  return new Map(metadata)
    .set(manifestKey, serializeManifest(manifest))
    .set(sealKey, openSeal)
    .set(sealMarkKey, '1');
}

/**
 * Checks that a model file is as it was written, by the SHA-256 that it carries. Called by whatever runs, changes or
 * exports a model. Each model is hashed once.
 *
 * @returns `unverified` for a file that carries none: one of an older version or of another tool.
 * @throws ModelFormatError for a damaged file.
 */
export async function verifyModel(model: AnomalyModel): Promise<'verified' | 'unverified'> {
  if (verified.has(model)) return 'verified';
  if (!carriesSeal(model.bytes)) return 'unverified';
  await verifySeal(model.bytes);
  verified.add(model);
  return 'verified';
}

/** `verifyModel` without waiting, by a slower hash function. @throws ModelFormatError for a damaged file. */
export function checkIntegrity(model: Pick<AnomalyModel, 'bytes'>): void {
  if (verified.has(model) || !carriesSeal(model.bytes)) return;
  checkSeal(model.bytes);
  verified.add(model);
}

function carriesSeal(bytes: Uint8Array): boolean {
  const metadata = readMetadata(bytes);
  return metadata.has(sealKey) || metadata.has(sealMarkKey) || hasSeal(bytes);
}

/** True if the model can score images. */
export function isTrained(model: AnomalyModel): boolean {
  return model.manifest.head !== undefined || model.manifest.external !== undefined;
}

/** @throws ModelStateError for an initial model. */
export function assertTrained(model: AnomalyModel): void {
  if (!isTrained(model)) {
    throw new ModelStateError({
      expected: 'a trained model',
      received: 'an initial model (a backbone without a head)',
      fix: 'Train it first with trainModel or `oddpixel train`.',
    });
  }
}
