/**
 * A model: the bytes of one ONNX file and the manifest inside. Immutable; changes give a new model.
 * An initial model (extractor and manifest, no head) and a trained model are the same kind of file.
 */
import { ModelFormatError, ModelStateError, type ModelManifest } from '../contract/index.ts';
// Not from the index: a bundler that keeps whole chunks would keep gradients and interpreter with them.
import { writeGraph } from '../onnx/codec/graph-codec.ts';
import { readMetadata, writeMetadata } from '../onnx/codec/model-bytes.ts';
import type { Graph } from '../onnx/ir.ts';
import { manifestKey, parseManifest, serializeManifest } from './manifest-schema.ts';

export interface AnomalyModel {
  readonly manifest: ModelManifest;
  /** The ONNX file, manifest included: what `writeModel` returns. */
  readonly bytes: Uint8Array;
}

/** A model from a graph and its manifest. */
export function createModel(graph: Graph, manifest: ModelManifest): AnomalyModel {
  const metadata = new Map(graph.metadata).set(manifestKey, serializeManifest(manifest));
  return { manifest, bytes: writeGraph({ ...graph, metadata }) };
}

/**
 * Reads a model file. The graph is not decoded here: the backend that runs it does that.
 *
 * @throws ModelFormatError when the bytes are not ONNX or carry no manifest of ours (see `importExternalModel`).
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
  return { manifest: parseManifest(text), bytes };
}

/** The bytes of the model file: plain ONNX that any ONNX Runtime opens. */
export function writeModel(model: AnomalyModel): Uint8Array {
  return model.bytes;
}

/** The same graph with some fields of the manifest replaced, for example other thresholds. */
export function withManifest(model: AnomalyModel, changes: Partial<ModelManifest>): AnomalyModel {
  const manifest: ModelManifest = { ...model.manifest, ...changes };
  const metadata = new Map(readMetadata(model.bytes)).set(manifestKey, serializeManifest(manifest));
  return { manifest, bytes: writeMetadata(model.bytes, metadata) };
}

/** True where the model can score images. */
export function isTrained(model: AnomalyModel): boolean {
  return model.manifest.head !== undefined || model.manifest.external !== undefined;
}

/** @throws ModelStateError for an initial model. */
export function assertTrained(model: AnomalyModel): void {
  if (!isTrained(model)) {
    throw new ModelStateError({
      expected: 'a trained model',
      received: 'an initial model (a feature extractor without a head)',
      fix: 'Train it first with trainModel or `oddpixel train`.',
    });
  }
}
