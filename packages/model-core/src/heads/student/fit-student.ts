/** Fitting the student head: features once, then epochs of gradient descent on positions drawn from them. */
import {
  hostTensor,
  type Backend,
  type HostTensor,
  type Session,
  createRandom,
  type Random,
} from '@oddpixel/contract';
import { GraphBuilder, reduceSum, square, sub, writeGraph, type Value } from '@oddpixel/graph';
import { collectPatches } from '../../train/collect-patches.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  runEpochs,
  type EpochTrainer,
  adamW,
  buildTrainingStep,
  cosineRate,
  openTrainingSession,
  type TrainingStep,
  outputData,
} from '@oddpixel/graph/training';
import type { Backbone } from '../../train/feature-pass.ts';
import type { FitOptions, FittedHead } from '../../train/head.ts';
import type { StudentParams } from './parameters.ts';
import type { ImageGroups } from '../../train/image-groups.ts';
import { copyPatch, gatherPatches, type PatchStore } from '../../train/patch-store.ts';
import {
  applyStudent,
  parameterGroups,
  startStudent,
  studentDistance,
  studentLosses,
  studentShapes,
  type StudentScale,
  type StudentShapes,
} from './student-network.ts';
import { hashesOf, type TrainingSamples } from '../../train/training-sample.ts';

/** Positions of one step. */
const stepPositions = 256;
/** Fewer steps than this would make an epoch too short to learn in if there are few images. */
const fewestSteps = 20;
/** Share of all positions that are never trained on: the error and the scale of residuals come from them. */
const heldOutShare = 0.1;
const mostHeldOut = 20_480;
/** Positions measured in one run. */
const measuredTogether = 2048;
/** Deviation of the noise on the features (whose root mean square is 1) for a `regularizationNoise` of 1. */
const noisePerUnit = 5000;
/** Weight of the loss of the network that judges difficulty. */
const difficultyWeight = 0.1;
const weightDecay = 1e-4;
/** Good positions whose difficulty is below what excuses at most. */
const hardestShare = 0.999;

export async function fitStudent(
  backbone: Backbone,
  samples: TrainingSamples,
  params: StudentParams,
  options: FitOptions,
): Promise<FittedHead> {
  const {
    seed,
    head: { type },
    ...general
  } = options.params;
  const { backend, onProgress, signal, onCheckpoint } = options;
  const { store, transform, grouper } = await collectPatches(backbone, samples, options);
  const images = grouper.finish();
  const shapes = studentShapes(store.dims, params.complexity);
  const { train, heldOut } = splitPositions(store, images, createRandom(seed));
  const steps = Math.max(fewestSteps, Math.ceil((params.domainRatio * train.length) / stepPositions));

  const identity = JSON.stringify({
    head: type,
    seed,
    ...general,
    ...params,
    images: hashesOf(images.images),
    backbone: backbone.model.manifest.backbone?.sha256,
    preprocessing: backbone.model.manifest.preprocessing,
    augmentation: samples.augmentation?.record,
  });
  const resume = options.resume === undefined ? undefined : readCheckpoint(options.resume, identity);
  const session = await openTrainingSession(studentStep(shapes), backend, {
    learningRate: cosineRate({ rate: params.learningRate, steps: params.maxNumEpochs * steps }),
    start: resume?.session ?? startStudent(shapes, createRandom(seed)),
  });
  const measuring = await openMeasuring(shapes, store, heldOut, backend);
  try {
    const trainer: EpochTrainer = {
      async trainEpoch(epoch): Promise<void> {
        // Everything random follows from seed and epoch, so resumed training draws what uninterrupted training would.
        const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(epoch, 0x85ebca6b));
        for (let step = 0; step < steps; step++) {
          const batch = drawBatch(store, train, noisePerUnit * params.regularizationNoise, random);
          await session.step(batch, signal === undefined ? {} : { signal });
        }
      },
      measure: async () => (await measuring.measure(await session.parameters())).error,
      state: () => session.state(),
      parameters: () => session.parameters(),
    };
    const result = await runEpochs(trainer, {
      ...params,
      resume,
      signal,
      onEpoch: ({ epoch, error }) =>
        onProgress({ phase: 'epochs', done: epoch, total: params.maxNumEpochs, error }),
      checkpointEvery: options.checkpointEvery,
      onCheckpoint: onCheckpoint && ((state) => onCheckpoint(writeCheckpoint(identity, state))),
    });
    const { scale } = await measuring.measure(result.best);
    return {
      transform,
      distance: (g, patches) => studentDistance(patches, constants(g, shapes, result.best), scale),
      featureDims: store.dims,
      figures: { positionsPerEpoch: steps * stepPositions, positionsHeldOut: heldOut.length },
      grouper,
      epochs: result,
    };
  } finally {
    await session.dispose();
    await measuring.dispose();
  }
}

/** Positions to train on, and those that only measure: these come from images alone, not from augmented copies. */
function splitPositions(
  { count, perImage }: PatchStore,
  { originals }: ImageGroups,
  random: Random,
): { train: Int32Array; heldOut: Int32Array } {
  const measurable = originals.length * perImage;
  const heldOut = random
    .sample(Math.max(1, Math.min(mostHeldOut, Math.floor(heldOutShare * measurable))), measurable)
    .map((p) => (originals[Math.floor(p / perImage)] as number) * perImage + (p % perImage));
  const train = new Int32Array(count - heldOut.length);
  let next = 0;
  let taken = 0;
  for (let i = 0; i < count; i++) {
    if (heldOut[next] === i) next++;
    else train[taken++] = i;
  }
  return { train, heldOut };
}

function studentInputs(g: GraphBuilder, shapes: StudentShapes): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => [name, g.input(name, 'float32', dims)]),
  );
}

function constants(
  g: GraphBuilder,
  shapes: StudentShapes,
  tensors: Readonly<Record<string, HostTensor>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.keys(shapes).map((name) => [name, g.constant(tensors[name] as HostTensor, name)]),
  );
}

/** Features and the noise on them in; both losses down. */
function studentStep(shapes: StudentShapes): TrainingStep {
  const dims = shapes['student/encode']?.[0] ?? 0;
  const g = new GraphBuilder({ name: 'studentStep' });
  const features = g.input('features', 'float32', ['n', dims]);
  const noisy = g.input('noisy', 'float32', ['n', dims]);
  const parameters = studentInputs(g, shapes);
  const { error, difficulty } = studentLosses(features, noisy, parameters);
  const groups = parameterGroups(parameters);
  return buildTrainingStep({
    loss: error,
    parameters: groups.mean,
    others: [{ loss: difficulty, parameters: groups.difficulty, weight: difficultyWeight }],
    optimizer: adamW({ weightDecay }),
  });
}

function drawBatch(
  store: PatchStore,
  positions: Int32Array,
  noise: number,
  random: Random,
): Record<string, HostTensor> {
  const features = new Float32Array(stepPositions * store.dims);
  for (let row = 0; row < stepPositions; row++) {
    copyPatch(store, positions[random.integer(positions.length)] as number, features, row);
  }
  const noisy = noise > 0 ? features.map((value) => value + noise * normal(random)) : features;
  const dims = [stepPositions, store.dims];
  return { features: hostTensor('float32', dims, features), noisy: hostTensor('float32', dims, noisy) };
}

/** A sum of four uniform numbers: near enough to a normal one, and the same bits everywhere. Deviation 1. */
function normal(random: Random): number {
  return (random.next() + random.next() + random.next() + random.next() - 2) * Math.sqrt(3);
}

interface Measuring {
  /** Unexplained share of feature variance on the held-out positions, and how residuals are scaled there. */
  measure(parameters: Readonly<Record<string, HostTensor>>): Promise<{ error: number; scale: StudentScale }>;
  dispose(): Promise<void>;
}

async function openMeasuring(
  shapes: StudentShapes,
  store: PatchStore,
  positions: Int32Array,
  backend: Backend,
): Promise<Measuring> {
  const { dims } = store;
  const g = new GraphBuilder({ name: 'studentError' });
  const features = g.input('features', 'float32', ['n', dims]);
  const parameters = studentInputs(g, shapes);
  const { mean, difficulty } = applyStudent(features, parameters);
  const residual = sub(features, mean);
  g.output('sum', reduceSum(residual, [0]));
  g.output('squares', reduceSum(square(residual), [0]));
  g.output('energy', reduceSum(square(features), [0]));
  g.output('difficulty', difficulty);
  const session: Session = await backend.createSession(writeGraph(g.build()), { oneByOne: true });
  return {
    async measure(weights) {
      const [sum, squares] = [new Float64Array(dims), new Float64Array(dims)];
      let energy = 0;
      const difficulties: number[] = [];
      for (let first = 0; first < positions.length; first += measuredTogether) {
        const part = positions.subarray(first, first + measuredTogether);
        const outputs = await session.run({
          ...pick(weights, shapes),
          features: hostTensor('float32', [part.length, dims], gatherPatches(store, part)),
        });
        outputData(outputs, 'sum').forEach((value, c) => (sum[c] = (sum[c] as number) + value));
        outputData(outputs, 'squares').forEach((value, c) => (squares[c] = (squares[c] as number) + value));
        energy += outputData(outputs, 'energy').reduce((a, b) => a + b, 0);
        difficulties.push(...outputData(outputs, 'difficulty'));
      }
      const count = positions.length;
      const total = squares.reduce((a, b) => a + b, 0);
      // A channel that never varies must not be divided by nothing.
      const floor = Math.max((1e-3 * total) / (count * dims), Number.EPSILON);
      const residualVariance = Float32Array.from(squares, (value, c) =>
        Math.max(floor, value / count - ((sum[c] as number) / count) ** 2),
      );
      difficulties.sort((a, b) => a - b);
      const hardest = difficulties[Math.min(count - 1, Math.floor(hardestShare * count))] as number;
      return { error: energy > 0 ? total / energy : 0, scale: { residualVariance, hardest } };
    },
    dispose: () => session.dispose(),
  };
}

function pick(
  tensors: Readonly<Record<string, HostTensor>>,
  shapes: StudentShapes,
): Record<string, HostTensor> {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, tensors[name] as HostTensor]));
}
