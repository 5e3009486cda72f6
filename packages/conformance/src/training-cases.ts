/** Training: a backend that runs graphs can also train, since a training step is a graph like any other. */
import type { Backend, HostTensor } from '@oddpixel/contract';
import {
  batchNormalizationTraining,
  conv,
  convTranspose,
  gelu,
  GraphBuilder,
  reduceMean,
  square,
  sub,
} from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import {
  adamW,
  buildTrainingStep,
  cosineRate,
  decayMatrices,
  openTrainingSession,
  warmUp,
  type TrainingStep,
} from '@oddpixel/graph/training';
import type { ConformanceCase } from './case.ts';
import { check } from './check.ts';
import { floats } from './graphs.ts';

const steps = 50;
/** Relative: rounding errors add up over the steps. */
const curveTolerance = 1e-3;
/** The loss must fall at least to this share of its first value. */
const learned = 0.7;

const shapes = {
  encoder: [6, 2, 3, 3],
  scale: [6],
  shift: [6],
  depthwise: [6, 1, 3, 3],
  decoder: [6, 2, 2, 2],
  bias: [2],
} as const;

/** A convolutional autoencoder of images `[N, 2, 6, 10]`, with AdamW and clipped gradients. */
function autoencoderStep(): TrainingStep {
  const g = new GraphBuilder({ name: 'autoencoderStep' });
  const image = g.input('image', 'float32', ['N', 2, 6, 10]);
  const encoder = g.input('encoder', 'float32', shapes.encoder);
  const scale = g.input('scale', 'float32', shapes.scale);
  const shift = g.input('shift', 'float32', shapes.shift);
  const depthwise = g.input('depthwise', 'float32', shapes.depthwise);
  const decoder = g.input('decoder', 'float32', shapes.decoder);
  const bias = g.input('bias', 'float32', shapes.bias);
  const small = conv(image, encoder, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
  const code = gelu(batchNormalizationTraining(small, scale, shift).y);
  const mixed = conv(code, depthwise, undefined, { pads: [1, 1, 1, 1], group: 6 });
  const rebuilt = convTranspose(mixed, decoder, bias, { strides: [2, 2] });
  return buildTrainingStep({
    loss: reduceMean(square(sub(rebuilt, image))),
    parameters: [encoder, scale, shift, depthwise, decoder, bias],
    optimizer: adamW({ weightDecay: decayMatrices(0.01) }),
    maxGradientNorm: 1,
  });
}

const wave = (i: number): number => ((i * 37 + ((i * i) % 29)) % 23) / 23 - 0.5;

function startValues(): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims], index) => [
      name,
      floats(dims, (i) => (name === 'scale' ? 1 : 0.8 * wave(i + 101 * index))),
    ]),
  );
}

/** Smooth images that differ from step to step; 3 or 4 of them. */
const batch = (step: number): Record<string, HostTensor> => ({
  image: floats([3 + (step % 2), 2, 6, 10], (i) => {
    const [x, y] = [i % 10, Math.floor(i / 10) % 6];
    return wave(step % 4) + (x - 4.5) / 6 - ((y - 2.5) * ((step % 3) - 1)) / 4;
  }),
});

async function lossCurve(backend: Backend): Promise<number[]> {
  const session = await openTrainingSession(autoencoderStep(), backend, {
    learningRate: warmUp(5, cosineRate({ rate: 0.03, steps: steps - 5 })),
    start: startValues(),
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    await session.step(batch(step));
    losses.push(await session.loss());
  }
  await session.dispose();
  return losses;
}

let reference: Promise<number[]> | undefined;

/** What the step does in double precision. Computed once. */
function referenceCurve(): Promise<number[]> {
  reference ??= referenceBackend({ precision: 'float64' }).open().then(lossCurve);
  return reference;
}

export const trainingCases: readonly ConformanceCase[] = [
  {
    name: `training: ${steps} steps of a small network follow the loss curve of the reference interpreter`,
    async run({ backend }): Promise<void> {
      const expected = await referenceCurve();
      const losses = await lossCurve(backend);
      losses.forEach((loss, step) => {
        const wanted = expected[step] as number;
        check(
          Math.abs(loss - wanted) <= curveTolerance * wanted,
          `the loss of step ${step + 1} is ${wanted}, not ${loss}`,
        );
      });
      // Batches repeat after twelve steps: the same ones are compared.
      const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
      const [before, after] = [mean(losses.slice(0, 12)), mean(losses.slice(36, 48))];
      check(after <= learned * before, `the loss falls by 30 %: from ${before} to ${after}`);
    },
  },
];
