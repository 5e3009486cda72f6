/**
 * The heads that are compared, as graphs with the formulas of the product: on patches `[N, P, D]` alone, and behind a
 * backbone. Weights and rows are random: time does not depend on their values.
 */
import { type PreprocessParams, createRandom } from '@oddpixel/contract';
import { GraphBuilder, writeGraph } from '@oddpixel/graph';
import { createInitialModel, type PatchDistance } from '@oddpixel/model-core/train';
import { openBackbone, pyramidChannels } from '../../packages/model-core/src/train/feature-pass.ts';
import {
  bankConstants,
  nearestDistance,
} from '../../packages/model-core/src/heads/memory/nearest-distance.ts';
import {
  startStudent,
  studentDistance,
  studentShapes,
} from '../../packages/model-core/src/heads/student/student-network.ts';
import { trainedGraph } from '../../packages/model-core/src/train/trained-model.ts';
import { filled, uniform } from '../shared/numbers.ts';

/** The memory head with `rows` random rows. */
export function memoryHead(rows: number, dims: number): PatchDistance {
  const bank = uniform(1, [rows, dims], 1).data;
  return (g, patches) => nearestDistance(patches, bankConstants(g, bank, dims));
}

/** The student head as it starts. */
export function studentHead(complexity: number, dims: number): PatchDistance {
  const shapes = studentShapes(dims, complexity);
  const weights = startStudent(shapes, createRandom(1));
  const scale = { residualVariance: filled([dims], 1).data, hardest: 0.5 };
  return (g, patches) => {
    const parameters = Object.entries(weights).map(([name, tensor]) => [name, g.constant(tensor, name)]);
    return studentDistance(patches, Object.fromEntries(parameters), scale);
  };
}

/** `patches` `[N, P, D]` → `distances` `[N, P]`: the bytes of an ONNX file. */
export function headAlone(head: PatchDistance, positions: number, dims: number): Uint8Array {
  const g = new GraphBuilder({ name: 'head' });
  g.output('distances', head(g, g.input('patches', 'float32', ['N', positions, dims])));
  return writeGraph(g.build());
}

export interface WholeModelOptions {
  /** ONNX file of the backbone, and its name. */
  readonly backbone: Uint8Array;
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Makes the head for the backbone's feature dimensions. */
  readonly head: (dims: number) => PatchDistance;
}

/** `image` `[N, 3, H, W]` → `anomaly_map`, `anomaly_score`, as a trained model has it: the bytes of an ONNX file. */
export async function wholeModel({ backbone: bytes, id, width, height, head }: WholeModelOptions): Promise<{
  readonly model: Uint8Array;
  readonly dims: number;
}> {
  const preprocessing: PreprocessParams = {
    imageWidth: width,
    imageHeight: height,
    imageNumChannels: 3,
    imageRangeMin: 0,
    imageRangeMax: 255,
    normalizationType: 'none',
    domainHandling: 'fullDomain',
  };
  const backbone = openBackbone(await createInitialModel(bytes, { preprocessing, id }));
  const dims = pyramidChannels(backbone);
  const transform = { scales: backbone.levelChannels.map(() => 1), mean: new Float32Array(dims) };
  const tail = {
    grid: backbone.grid,
    imageHeight: height,
    imageWidth: width,
    scoreMethod: 'max',
    standardDeviationFactor: 3,
  } as const;
  return { model: writeGraph(trainedGraph(backbone, transform, head(dims), tail)), dims };
}
