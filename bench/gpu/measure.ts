/** What is compared between two backends: fifty steps of the student, and a whole model. */
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { isHostTensor, type Backend, type HostTensor, type Session } from '@oddpixel/contract';
import { openTrainingSession, type TrainingSession } from '@oddpixel/graph/training';
import { memoryHead, wholeModel } from '../heads/graphs.ts';
import { uniform } from '../shared/numbers.ts';
import {
  interleave,
  medianOf,
  ratio,
  repeated,
  rounded,
  type Duration,
  type Ratio,
  type Side,
} from '../shared/rounds.ts';
import { studentBatch, studentWorkload } from '../training-step/student.ts';
import { fullSizes, tinySizes } from '../training-step/workload.ts';

/** The device under test and what it is compared with. */
export interface Devices {
  readonly gpu: Backend;
  readonly cpu: Backend;
}

export interface Counting {
  readonly rounds: number;
  /** Small enough for a GPU in software. */
  readonly isTiny: boolean;
}

interface Comparison {
  readonly gpuMs: number;
  readonly cpuMs: number;
  /** The CPU's time divided by the GPU's: above 1, the GPU is faster. */
  readonly ratio: Ratio;
}

export interface TrainingResult extends Comparison {
  readonly what: string;
  readonly steps: number;
  readonly losses: readonly number[];
  /** Largest relative difference between the two loss curves, and what it may be. */
  readonly difference: number;
  readonly tolerance: number;
  readonly isEqual: boolean;
}

const curveTolerance = 1e-3;
const curveSteps = 50;
/** Steps of one timed round. */
const timedSteps = 10;

export async function compareTraining({ gpu, cpu }: Devices, counting: Counting): Promise<TrainingResult> {
  const sizes = counting.isTiny ? tinySizes : fullSizes;
  const positions = counting.isTiny ? 6 : 256;
  const { step, start, learningRate, what } = studentWorkload(sizes, positions);
  const batch = studentBatch(positions, sizes.featureDims);
  const open = (backend: Backend): Promise<TrainingSession> =>
    openTrainingSession(step, backend, { learningRate, start });
  const [onGpu, onCpu] = [await open(gpu), await open(cpu)];
  try {
    const [found, expected] = [await curve(onGpu, batch), await curve(onCpu, batch)];
    const difference = Math.max(...found.map((loss, i) => relative(loss, expected[i])));
    // Steps are queued on a device: the time ends when the loss can be read.
    const steps = counting.isTiny ? 1 : timedSteps;
    const side = (session: TrainingSession): Side =>
      repeated(
        () => session.step(batch),
        steps,
        () => session.loss(),
      );
    const times = await interleave({ gpu: side(onGpu), cpu: side(onCpu) }, counting.rounds);
    return {
      what,
      steps: curveSteps,
      losses: [found[0], found.at(-1)].map((loss) => rounded(loss ?? Number.NaN)),
      difference,
      tolerance: curveTolerance,
      isEqual: difference <= curveTolerance,
      ...compared(times),
    };
  } finally {
    await onGpu.dispose();
    await onCpu.dispose();
  }
}

async function curve(
  session: TrainingSession,
  batch: Readonly<Record<string, HostTensor>>,
): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < curveSteps; i++) {
    await session.step(batch);
    losses.push(await session.loss());
  }
  return losses;
}

export interface InferenceResult extends Comparison {
  readonly what: string;
  readonly batch: number;
  readonly gpuImagesPerSecond: number;
  readonly cpuImagesPerSecond: number;
  /** Largest difference of the maps, relative to the largest value. */
  readonly difference: number;
  readonly tolerance: number;
  readonly isEqual: boolean;
}

/** DESIGN, section 5: sameness. */
const mapTolerance = 1e-4;

/** The backbone that comes with the product, and a memory head: images to maps and scores on the host. */
export async function compareInference(
  { gpu, cpu }: Devices,
  { rounds, isTiny }: Counting,
): Promise<InferenceResult[]> {
  const [width, height, rows] = isTiny ? [64, 32, 8] : [320, 256, 1000];
  const { model } = await wholeModel({
    backbone: await readBackbone(small),
    id: small.id,
    width,
    height,
    head: (dims) => memoryHead(rows, dims),
  });
  const [onGpu, onCpu] = [await gpu.createSession(model), await cpu.createSession(model)];
  const results: InferenceResult[] = [];
  try {
    for (const batch of isTiny ? [1, 2] : [1, 8, 32]) {
      const feeds = { image: uniform(5, [batch, 3, height, width], 127) };
      const difference = mapDifference(await mapOf(onGpu, feeds), await mapOf(onCpu, feeds));
      const runs = isTiny ? 1 : Math.max(1, Math.round(32 / batch));
      const times = await interleave(
        { gpu: repeated(() => onGpu.run(feeds), runs), cpu: repeated(() => onCpu.run(feeds), runs) },
        rounds,
      );
      results.push({
        what: `${small.id}, ${width}×${height}, memory head with ${rows} rows`,
        batch,
        gpuImagesPerSecond: rounded((1000 * batch) / medianOf(times.gpu)),
        cpuImagesPerSecond: rounded((1000 * batch) / medianOf(times.cpu)),
        difference,
        tolerance: mapTolerance,
        isEqual: difference <= mapTolerance,
        ...compared(times),
      });
    }
  } finally {
    await onGpu.dispose();
    await onCpu.dispose();
  }
  return results;
}

async function mapOf(session: Session, feeds: Readonly<Record<string, HostTensor>>): Promise<Float32Array> {
  const { anomaly_map: map } = await session.run(feeds);
  if (map === undefined || !isHostTensor(map)) throw new TypeError('expected `anomaly_map` on the host');
  return map.data as Float32Array;
}

function mapDifference(found: Float32Array, expected: Float32Array): number {
  let [worst, largest] = [0, 0];
  expected.forEach((value, i) => {
    const difference = Math.abs((found[i] ?? Number.NaN) - value);
    worst = difference <= worst ? worst : difference;
    largest = Math.max(largest, Math.abs(value));
  });
  return worst / largest;
}

function relative(a: number, b: number | undefined): number {
  return b === undefined ? Number.NaN : Math.abs(a - b) / Math.abs(b);
}

function compared({ gpu, cpu }: Readonly<Record<'gpu' | 'cpu', readonly Duration[]>>): Comparison {
  return { gpuMs: medianOf(gpu), cpuMs: medianOf(cpu), ratio: ratio(cpu, gpu) };
}
