/**
 * Initial models: a backbone with its manifest, ready for training. Not trained, so it scores nothing yet.
 */
import {
  ModelFormatError,
  ModelStateError,
  ParameterError,
  type ModelManifest,
  type PreprocessParams,
  hashBytes,
} from '@oddpixel/contract';
import { checkModel } from '../model/check-model.ts';
import { createModel, readableBytes, type AnomalyModel } from '../model/model.ts';
import { fixInputShape, GraphBuilder, pickOutputs, readGraph, type Graph } from '@oddpixel/graph';
import { toBackboneInput, type BackboneInput } from './backbone-input.ts';
import { productVersion } from '../model/product-version.ts';
import { toGrid } from './token-grid.ts';

/** Before the names of the backbone's nodes. Part of every model file: another one would change their bytes. */
const nodePrefix = 'extractor/';

export interface InitialModelOptions {
  /** Size, channels and gray value range of the images. Height and width become fixed in the graph. */
  readonly preprocessing: PreprocessParams;
  /** Name for the manifest. */
  readonly id: string;
  /** Values of the backbone to use: outputs or intermediate ones. Default: all its spatial outputs. */
  readonly outputs?: readonly string[] | undefined;
  /** What the backbone expects instead of RGB in 0..255. */
  readonly input?: BackboneInput;
}

/**
 * A model without a head from an ONNX backbone with one input `[N, 3, H, W]` (or `[N, 1, H, W]`), of any name.
 * Its graph takes `image` in the manifest's range and gives `level_0`, `level_1`, …: features `[N, C, h, w]`.
 *
 * @throws ModelFormatError if the file is not ONNX or not such a backbone; UnsupportedOpsetError;
 *   UnknownNameError for an unknown output; ParameterError if sizes do not fit.
 */
export async function createInitialModel(
  backbone: Uint8Array,
  options: InitialModelOptions,
): Promise<AnomalyModel> {
  const { preprocessing, id } = options;
  const { imageHeight: height, imageWidth: width } = preprocessing;
  const original = readGraph(backbone);
  const input = imageInput(original);
  const channels = inputChannels(original, preprocessing);
  checkFixedSize(input.dims, [undefined, channels, height, width]);
  const fixed = fixInputShape(original, input.name, ['N', channels, height, width]);
  const picked = options.outputs === undefined ? fixed : pickOutputs(fixed, options.outputs);

  const g = new GraphBuilder({ opset: Math.max(17, picked.opset), name: 'oddpixel' });
  const image = g.input('image', 'float32', ['N', preprocessing.imageNumChannels, height, width]);
  const pixels = toBackboneInput(image, channels, preprocessing, options.input ?? {});
  const outputs: string[] = [];
  for (const [name, features] of Object.entries(g.embed(picked, { [input.name]: pixels }, nodePrefix))) {
    const grid = toGrid(features, height, width);
    if (grid === undefined && options.outputs === undefined) continue;
    if (grid === undefined) throw notSpatial(name, features.dims);
    g.output(`level_${outputs.length}`, grid);
    outputs.push(name);
  }
  if (outputs.length === 0) {
    throw notSpatial(picked.outputs.map((o) => o.name).join('`, `'), picked.outputs[0]?.dims ?? []);
  }
  const manifest: ModelManifest = {
    version: 1,
    modelType: 'anomaly',
    productVersion,
    classNames: ['ok', 'nok'],
    classIds: [0, 1],
    preprocessing,
    scoreMethod: 'max',
    standardDeviationFactor: 3,
    backbone: { id, sha256: await hashBytes(backbone), outputs },
  };
  const model = createModel(g.build(), manifest);
  checkModel({ manifest: model.manifest, bytes: readableBytes(model) });
  return model;
}

/** The graph of an initial model. @throws ModelStateError for a trained or foreign model. */
export function initialGraph(model: AnomalyModel): Graph {
  const { head, backbone } = model.manifest;
  if (head !== undefined || backbone === undefined) {
    throw new ModelStateError({
      expected: 'an initial model (a backbone without a head)',
      received: backbone === undefined ? 'a foreign model' : 'already trained',
      fix: 'Make one from the backbone with createInitialModel, or extend a trained memory with addToModel.',
    });
  }
  return readGraph(readableBytes(model));
}

function imageInput(graph: Graph): Graph['inputs'][number] {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.dtype !== 'float32' || input.dims.length !== 4) {
    throw new ModelFormatError({
      where: 'graph inputs',
      problem: `expected one image, float32 [N,3,H,W], found ${
        inputs.map(({ name, dtype, dims }) => `\`${name}\` ${dtype} [${dims.join(',')}]`).join(', ') || 'none'
      }`,
      fix: 'Export the backbone with a single image input.',
    });
  }
  return input;
}

/** Channels that the backbone takes: those it declares or, if it leaves them open, those of the image. */
function inputChannels(graph: Graph, { imageNumChannels }: PreprocessParams): number {
  const declared = imageInput(graph).dims[1];
  if (typeof declared !== 'number' || declared === imageNumChannels) return imageNumChannels;
  if (declared === 3 && imageNumChannels === 1) return declared;
  throw new ParameterError({
    name: 'preprocessing.imageNumChannels',
    expected: `${declared}, as the backbone takes`,
    received: String(imageNumChannels),
  });
}

/** A backbone exported for one size cannot be given another. */
function checkFixedSize(dims: readonly (number | string)[], wanted: readonly (number | undefined)[]): void {
  const differs = wanted.some((size, axis) => {
    const dim = dims[axis];
    return size !== undefined && typeof dim === 'number' && dim !== size;
  });
  if (differs) {
    throw new ParameterError({
      name: 'preprocessing',
      expected: `image size ${dims[2]}×${dims[3]} (height × width), fixed in the backbone`,
      received: `${wanted[2]}×${wanted[3]}`,
      fix: 'Use that size, or export the backbone with dynamic height and width.',
    });
  }
}

function notSpatial(names: string, dims: readonly (number | string)[]): ModelFormatError {
  return new ModelFormatError({
    where: `output \`${names}\``,
    problem: `no features [N,C,h,w] or tokens [N,T,D] of known size, but [${dims.join(',')}]`,
    fix: 'Name spatial values of the backbone in `outputs`.',
  });
}
