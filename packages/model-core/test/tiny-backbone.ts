/** A backbone of a few kilobytes, with fixed pseudo-random weights: enough structure to train heads on. */
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import { conv, GraphBuilder, mul, relu, writeGraph, type Value } from '@oddpixel/graph';

function weights(dims: readonly number[], seed: number): HostTensor<'float32'> {
  const count = dims.reduce((a, b) => a * b, 1);
  let state = seed;
  const data = Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) / 2 ** 24 - 0.5) * 0.9;
  });
  return hostTensor('float32', dims, data);
}

/** Input `picture` `[N, 3, H, W]` in 0..255; outputs `fine` (stride 4, 6 channels) and `coarse` (stride 8, 10 channels). */
export function tinyBackbone(): Uint8Array {
  const g = new GraphBuilder({ opset: 17, name: 'tiny' });
  const image = g.input('picture', 'float32', ['N', 3, 'H', 'W']);
  const layer = (x: Value, from: number, to: number, stride: number, seed: number): Value =>
    relu(
      conv(x, g.constant(weights([to, from, 3, 3], seed)), undefined, {
        strides: [stride, stride],
        pads: [1, 1, 1, 1],
      }),
    );
  const half = layer(mul(image, 1 / 255), 3, 5, 2, 1);
  const fine = layer(half, 5, 6, 2, 2);
  g.output('fine', fine);
  g.output('coarse', layer(fine, 6, 10, 2, 3));
  return writeGraph(g.build());
}

/** Input as of `tinyBackbone`; one output `features` (stride 4) with any number of channels. */
export function wideBackbone(channels: number): Uint8Array {
  const g = new GraphBuilder({ opset: 17, name: 'wide' });
  const image = g.input('picture', 'float32', ['N', 3, 'H', 'W']);
  const kernel = g.constant(weights([channels, 3, 4, 4], 1));
  g.output('features', relu(conv(mul(image, 1 / 255), kernel, undefined, { strides: [4, 4] })));
  return writeGraph(g.build());
}
