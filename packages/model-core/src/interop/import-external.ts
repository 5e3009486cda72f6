/** Models that others made: any ONNX file that turns an image into an anomaly map, for example from anomalib. */
import {
  ModelFormatError,
  ParameterError,
  type ModelManifest,
  type PreprocessParams,
  type ValueInfo,
} from '@oddpixel/contract';
import { checkModel } from '../model/check-model.ts';
import { manifestKey } from '../model/manifest-schema.ts';
import { checkIntegrity, createModel, readableBytes, type AnomalyModel } from '../model/model.ts';
import { readGraph, type Graph } from '@oddpixel/graph';
import { standaloneKey } from './export-standalone.ts';
import { productVersion } from '../model/product-version.ts';

export interface ImportExternalOptions {
  /** What the model's input takes: size, channels and gray value range (anomalib: 0..1). */
  readonly preprocessing: PreprocessParams;
  /** Names of the outputs, if they are not found automatically. */
  readonly map?: string;
  readonly score?: string;
}

/** Names that exporters use, most specific first. */
const mapNames = ['anomaly_map', 'anomaly_maps', 'anomalymap', 'map', 'heatmap'];
const scoreNames = ['pred_score', 'pred_scores', 'anomaly_score', 'score'];

/**
 * A foreign model as one of type `external`: evaluated, thresholded and reported like ours. Without a score output
 * an image's score is the maximum of its map.
 *
 * @throws ModelFormatError if there is no image input or no map among the outputs; ParameterError if
 *   `preprocessing` does not fit the input.
 */
export function importExternalModel(bytes: Uint8Array, options: ImportExternalOptions): AnomalyModel {
  const graph = readGraph(bytes);
  // A model of ours whose manifest cannot be found must not pass for a foreign one.
  if (!graph.metadata.has(manifestKey)) checkIntegrity({ bytes });
  refuseStandalone(graph);
  const input = imageInput(graph);
  checkInput(input, options.preprocessing);
  const map = findOutput(graph, options.map, mapNames, (dims) => dims.length === 4 || dims.length === 3);
  if (map === undefined) {
    throw new ModelFormatError({
      where: 'graph outputs',
      problem: `no anomaly map among ${list(graph.outputs)}`,
      fix: 'Name the output that holds the map, float32 [N,1,H,W], in the option `map`.',
    });
  }
  const score = findOutput(graph, options.score, scoreNames, (dims) => dims.length <= 2);
  const manifest: ModelManifest = {
    version: 1,
    modelType: 'external',
    productVersion,
    classNames: ['ok', 'nok'],
    classIds: [0, 1],
    preprocessing: options.preprocessing,
    scoreMethod: 'max',
    standardDeviationFactor: 3,
    external: { input: input.name, map, score },
  };
  const model = createModel(graph, manifest);
  checkModel({ manifest: model.manifest, bytes: readableBytes(model) });
  return model;
}

/** The size and channels that a foreign model's input states; `undefined` if it leaves them open. */
export function externalInputSize(bytes: Uint8Array): {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly channels?: number | undefined;
} {
  const graph = readGraph(bytes);
  refuseStandalone(graph);
  const [, channels, height, width] = imageInput(graph).dims;
  return {
    width: typeof width === 'number' ? width : undefined,
    height: typeof height === 'number' ? height : undefined,
    channels: typeof channels === 'number' ? channels : undefined,
  };
}

/** Our own standalone files are not foreign models: they take raw pixels. */
function refuseStandalone({ metadata }: Graph): void {
  if (!metadata.has(standaloneKey)) return;
  throw new ModelFormatError({
    where: 'metadata',
    problem: 'this is a standalone export, which takes raw pixels in other programs',
    fix: 'Use the model file that it was exported from.',
  });
}

function imageInput(graph: Graph): ValueInfo {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const [input] = inputs;
  if (inputs.length !== 1 || input === undefined || input.dtype !== 'float32' || input.dims.length !== 4) {
    throw new ModelFormatError({
      where: 'graph inputs',
      problem: `expected one image, float32 [N,C,H,W], found ${list(inputs)}`,
    });
  }
  return input;
}

function checkInput({ name, dims }: ValueInfo, params: PreprocessParams): void {
  const wanted = [undefined, params.imageNumChannels, params.imageHeight, params.imageWidth];
  const fits = wanted.every(
    (size, axis) => size === undefined || typeof dims[axis] === 'string' || dims[axis] === size,
  );
  if (fits) return;
  throw new ParameterError({
    name: 'preprocessing',
    expected: `what input \`${name}\` takes, [${dims.join(',')}]`,
    received: `${params.imageNumChannels} channels, ${params.imageHeight}×${params.imageWidth} (height × width)`,
  });
}

function findOutput(
  graph: Graph,
  given: string | undefined,
  names: readonly string[],
  fits: (dims: ValueInfo['dims']) => boolean,
): string | undefined {
  const candidates = graph.outputs.filter(({ dtype, dims }) => dtype === 'float32' && fits(dims));
  if (given !== undefined) {
    if (candidates.some(({ name }) => name === given)) return given;
    throw new ModelFormatError({
      where: `output \`${given}\``,
      problem: `there is no such float32 output of fitting rank among ${list(graph.outputs)}`,
    });
  }
  const named = names.find((name) => candidates.some((output) => output.name.toLowerCase() === name));
  return candidates.find(({ name }) => name.toLowerCase() === named)?.name;
}

function list(values: readonly ValueInfo[]): string {
  return (
    values.map(({ name, dtype, dims }) => `\`${name}\` ${dtype} [${dims.join(',')}]`).join(', ') || 'nothing'
  );
}
