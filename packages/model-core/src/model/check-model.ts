/** A model file as a whole: a graph that may run, and a manifest that describes this graph. */
import { ModelFormatError, type ModelManifest } from '@oddpixel/contract';
import {
  maxImageSize,
  outlineOf,
  type GraphOutline,
  type ValueOutline,
  shown,
} from '@oddpixel/graph/unstable';

/**
 * Checks the graph (see `checkModelBytes`), and that its input and outputs are those of the manifest. Cheap: tensors
 * are not decoded.
 *
 * @throws ModelFormatError
 */
export function checkModel({ bytes, manifest }: { bytes: Uint8Array; manifest: ModelManifest }): void {
  const graph = outlineOf(bytes);
  checkImageSize(manifest);
  checkImageInput(graph, manifest);
  checkOutputs(graph, manifest);
}

const fix = 'Create the model file again: train it again, or import it again if it is a foreign model.';
const float32 = 1;

function checkImageSize({ preprocessing }: ModelManifest): void {
  for (const field of ['imageWidth', 'imageHeight', 'imageNumChannels'] as const) {
    const size = preprocessing[field];
    if (size <= maxImageSize) continue;
    throw new ModelFormatError({
      where: `manifest.preprocessing.${field}`,
      problem: `expected at most ${maxImageSize}, found ${size}`,
      fix,
    });
  }
}

function checkImageInput({ inputs, initializers }: GraphOutline, manifest: ModelManifest): void {
  const { imageNumChannels, imageHeight, imageWidth } = manifest.preprocessing;
  const constants = new Set(initializers.map(({ name }) => name));
  const name = manifest.external?.input ?? 'image';
  const fed = inputs.filter((input) => !constants.has(input.name));
  const [input] = fed;
  const wanted = [undefined, imageNumChannels, imageHeight, imageWidth];
  // Foreign models may leave sizes open; ours never do.
  const fits =
    input?.dims.length === 4 &&
    wanted.every((size, axis) => {
      const dim = input.dims[axis];
      if (axis > 0 && dim !== undefined && dim > maxImageSize) return false;
      return size === undefined || dim === size || (dim === undefined && manifest.external !== undefined);
    });
  if (fed.length === 1 && input?.name === name && input.type === float32 && fits) return;
  throw new ModelFormatError({
    where: 'graph inputs',
    problem: `the manifest declares only ${shown(name)} float32 [N,${wanted.slice(1).join(',')}], the graph has ${list(fed)}`,
    fix,
  });
}

function checkOutputs({ outputs }: GraphOutline, manifest: ModelManifest): void {
  const { head, external, preprocessing } = manifest;
  if (head === undefined && external === undefined) {
    if (outputs.length > 0) return;
    throw new ModelFormatError({ where: 'graph outputs', problem: 'there are none', fix });
  }
  const { imageHeight, imageWidth } = preprocessing;
  const map = external?.map ?? 'anomaly_map';
  const score = external === undefined ? 'anomaly_score' : external.score;
  const isMap = ({ dims }: ValueOutline): boolean => {
    const [height, width] = dims.slice(-2);
    const isPlane = external !== undefined ? dims.length >= 3 : dims.length === 4 && (dims[1] ?? 1) === 1;
    return (
      isPlane &&
      dims.length <= 4 &&
      (height ?? imageHeight) === imageHeight &&
      (width ?? imageWidth) === imageWidth
    );
  };
  const isScore = ({ dims }: ValueOutline): boolean =>
    external === undefined ? dims.length === 1 : dims.length <= 2;
  requireOutput(outputs, map, `[N,1,${imageHeight},${imageWidth}]`, isMap);
  if (score !== undefined) requireOutput(outputs, score, '[N]', isScore);
}

function requireOutput(
  outputs: readonly ValueOutline[],
  name: string,
  shape: string,
  fits: (output: ValueOutline) => boolean,
): void {
  const output = outputs.find((candidate) => candidate.name === name);
  if (output !== undefined && output.type === float32 && fits(output)) return;
  throw new ModelFormatError({
    where: `output ${shown(name)}`,
    problem: `the manifest declares float32 ${shape}, the graph has ${output === undefined ? list(outputs) : list([output])}`,
    fix,
  });
}

const mostListed = 5;

function list(values: readonly ValueOutline[]): string {
  const shownValues = values.slice(0, mostListed).map(({ name, type, dims }) => {
    const typeName = type === float32 ? 'float32' : `type ${type}`;
    return `${shown(name)} ${typeName} [${dims.map((dim) => dim ?? '?').join(',')}]`;
  });
  const more = values.length > mostListed ? [`${values.length - mostListed} more`] : [];
  return [...shownValues, ...more].join(', ') || 'none';
}
