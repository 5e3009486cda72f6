/**
 * The small network of `tools/reference/training-curve.py` with the same weights and images, so that its loss curve
 * can be compared with PyTorch's. All operators that matter for images are in it: strided, depthwise and pointwise
 * convolution, both normalizations, both kinds of pooling, a linear layer.
 */
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import * as onnx from '../src/index.ts';
import { GraphBuilder, type Value } from '../src/index.ts';

export const goldenSteps = 50;
const batches = 4;
const imageDims = [6, 3, 14, 18] as const;
const classes = 5;

const shapes = {
  stem: [8, 3, 3, 3],
  stemBias: [8],
  normScale: [8],
  normBias: [8],
  depthwise: [8, 1, 3, 3],
  pointwise: [12, 8, 1, 1],
  pointwiseBias: [12],
  layerScale: [24],
  layerBias: [24],
  linear: [24, classes],
  linearBias: [classes],
} as const;

type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];

/** Numbers in −0.5..0.5 with 24 random bits: a linear congruential generator. */
function stream(seed: number, dims: readonly number[]): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  });
}

export function goldenParameters(): Record<string, HostTensor<'float32'>> {
  return Object.fromEntries(
    names.map((name, index) => {
      const values = stream(7919 * (index + 1), shapes[name]);
      const data = name.endsWith('Scale') ? values.map((value) => value * 0.5 + 1) : values;
      return [name, hostTensor('float32', shapes[name], data)];
    }),
  );
}

/** Pictures and soft class shares of one step. */
export function goldenBatch(step: number): Record<string, HostTensor<'float32'>> {
  const images = stream(1_000_003 + (step % batches), imageDims).map((value) => value * 2);
  const dims = [imageDims[0], classes];
  const shares = stream(2_000_003 + (step % batches), dims).map((value) => Math.exp(value * 8));
  const targets = shares.map((share, i) => {
    const row = shares.subarray(i - (i % classes), i - (i % classes) + classes);
    return share / row.reduce((a, b) => a + b, 0);
  });
  return { image: hostTensor('float32', imageDims, images), target: hostTensor('float32', dims, targets) };
}

/** The loss and the parameters, in a builder of their own. */
export function goldenLoss(): { readonly loss: Value; readonly parameters: readonly Value[] } {
  const g = new GraphBuilder({ name: 'golden' });
  const image = g.input('image', 'float32', ['N', ...imageDims.slice(1)]);
  const target = g.input('target', 'float32', ['N', classes]);
  const p = Object.fromEntries(names.map((name) => [name, g.input(name, 'float32', shapes[name])])) as Record<
    Name,
    Value
  >;
  const stem = onnx.conv(image, p.stem, p.stemBias, { strides: [2, 2], pads: [1, 1, 1, 1] });
  const normal = onnx.relu(onnx.batchNormalizationTraining(stem, p.normScale, p.normBias).y);
  const deep = onnx.conv(normal, p.depthwise, undefined, { pads: [1, 1, 1, 1], group: 8 });
  const mixed = onnx.gelu(onnx.conv(deep, p.pointwise, p.pointwiseBias));
  const pooled = onnx.maxPool(mixed, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] });
  const rows = onnx.reshape(onnx.averagePool(pooled, [4, 2], { strides: [4, 3] }), [0, 24]);
  const layer = onnx.layerNormalization(rows, p.layerScale, p.layerBias);
  const logits = onnx.add(onnx.matmul(layer, p.linear), p.linearBias);
  const likelihood = onnx.reduceSum(onnx.mul(target, onnx.log(onnx.softmax(logits))), [1]);
  return { loss: onnx.neg(onnx.reduceMean(likelihood)), parameters: names.map((name) => p[name]) };
}
