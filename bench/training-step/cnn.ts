/**
 * A small convolutional classifier trained from images: five 3×3 convolutions in three stages, global average, one
 * dense layer; with batch normalization in training mode, or with biases instead. Letters: see `contract/tensor.ts`.
 */
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import {
  add,
  batchNormalizationTraining,
  conv,
  GraphBuilder,
  log,
  matmul,
  mul,
  neg,
  reduceMean,
  reduceSum,
  relu,
  softmax,
  type Value,
} from '@oddpixel/graph';
import { adamW, buildTrainingStep, type TrainingStep } from '@oddpixel/graph/training';
import { filled, uniform } from '../shared/numbers.ts';
import type { Sizes, Tensors, Workload } from './workload.ts';

const classes = 10;
const weightDecay = 1e-2;
const learningRate = 1e-3;

interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

function layersOf([first, second, third]: Sizes['channels']): Layer[] {
  return [
    { name: 'stem', inputs: 3, outputs: first, stride: 2 },
    { name: 'stage1', inputs: first, outputs: first, stride: 1 },
    { name: 'down2', inputs: first, outputs: second, stride: 2 },
    { name: 'stage2', inputs: second, outputs: second, stride: 1 },
    { name: 'down3', inputs: second, outputs: third, stride: 2 },
  ];
}

/** Start weights by name: kernels uniform with the variance 2 / inputs (He et al. 2015), scales 1, biases 0. */
function startWeights(layers: readonly Layer[], isNormalized: boolean): Tensors {
  const weights: Record<string, HostTensor<'float32'>> = {};
  layers.forEach(({ name, inputs, outputs }, index) => {
    const range = Math.sqrt(6 / (inputs * 9));
    weights[name] = uniform(100 + index, [outputs, inputs, 3, 3], range);
    if (isNormalized) weights[`${name}/scale`] = filled([outputs], 1);
    weights[`${name}/bias`] = filled([outputs], 0);
  });
  const width = layers.at(-1)?.outputs ?? 0;
  weights['dense'] = uniform(200, [width, classes], 1 / Math.sqrt(width));
  weights['dense/bias'] = filled([classes], 0);
  return weights;
}

function cnnStep(layers: readonly Layer[], start: Tensors, { imageHeight, imageWidth }: Sizes): TrainingStep {
  const g = new GraphBuilder({ name: 'cnnStep' });
  const image = g.input('image', 'float32', ['N', 3, imageHeight, imageWidth]);
  const target = g.input('target', 'float32', ['N', classes]);
  const parameters = new Map<string, Value>(
    Object.entries(start).map(([name, { dims }]) => [name, g.input(name, 'float32', dims)]),
  );
  const of = (name: string): Value => parameters.get(name) as Value;
  let x = image;
  for (const { name, stride } of layers) {
    const options = { strides: [stride, stride], pads: [1, 1, 1, 1] };
    const scale = parameters.get(`${name}/scale`);
    x =
      scale === undefined
        ? conv(x, of(name), of(`${name}/bias`), options)
        : batchNormalizationTraining(conv(x, of(name), undefined, options), scale, of(`${name}/bias`)).y;
    x = relu(x);
  }
  const logits = add(matmul(reduceMean(x, [2, 3]), of('dense')), of('dense/bias'));
  const loss = neg(reduceMean(reduceSum(mul(target, log(softmax(logits))), [1])));
  return buildTrainingStep({
    loss,
    parameters: [...parameters.values()],
    optimizer: adamW({ weightDecay }),
  });
}

/** Pictures in −1..1 and one class each. */
function cnnBatch({ images, imageHeight, imageWidth }: Sizes): Tensors {
  const target = new Float32Array(images * classes);
  for (let i = 0; i < images; i++) target[i * classes + ((i * 7) % classes)] = 1;
  return {
    image: uniform(300, [images, 3, imageHeight, imageWidth], 1),
    target: hostTensor('float32', [images, classes], target),
  };
}

export function cnnWorkload(sizes: Sizes, isNormalized: boolean): Workload {
  const { images, imageHeight, imageWidth, channels } = sizes;
  const layers = layersOf(channels);
  const start = startWeights(layers, isNormalized);
  const kind = isNormalized ? 'with BatchNorm in training mode' : 'without BatchNorm';
  return {
    name: isNormalized ? 'cnn-batchnorm' : 'cnn',
    what: `five 3×3 convolutions (${channels.join(', ')} channels) ${kind}, ${images} images of 3×${imageHeight}×${imageWidth}`,
    step: cnnStep(layers, start, sizes),
    start,
    batch: cnnBatch(sizes),
    learningRate,
    torch: { network: 'cnn', isNormalized, weightDecay, learningRate },
    bar: 0.5,
  };
}
