/** The tiny graphs that cases run. */
import { hostTensor, type DType, type HostTensor } from '@oddpixel/contract';
import {
  add,
  averagePool,
  conv,
  GraphBuilder,
  identity,
  matmul,
  mul,
  reduceMin,
  reduceSum,
  relu,
  resize,
  sqrt,
  square,
  transpose,
  type Graph,
} from '@oddpixel/graph';

export function floats(
  dims: readonly number[],
  values: readonly number[] | ((i: number) => number),
): HostTensor<'float32'> {
  const count = dims.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, (_, i) =>
    typeof values === 'function' ? values(i) : (values[i] ?? 0),
  );
  return hostTensor('float32', dims, data);
}

/** `doubled` = 2x and `shifted` = x + [1, 2, 3] of `x` `[N, 3]`. */
export function twoOutputs(): Graph {
  const g = new GraphBuilder({ name: 'twoOutputs' });
  const x = g.input('x', 'float32', ['N', 3]);
  g.output('doubled', mul(x, 2));
  g.output('shifted', add(x, g.constant([1, 2, 3])));
  return g.build();
}

/** `sum` = a + b, both `[N, 3]`. */
export function sum(): Graph {
  const g = new GraphBuilder({ name: 'sum' });
  g.output('sum', add(g.input('a', 'float32', ['N', 3]), g.input('b', 'float32', ['N', 3])));
  return g.build();
}

/** `y` = x, of any type and rank. */
export function same(dtype: DType, dims: readonly (number | string)[]): Graph {
  const g = new GraphBuilder({ name: 'same' });
  g.output('y', identity(g.input('x', dtype, dims)));
  return g.build();
}

/** What models are made of, on an image that is not square. */
export function pictureGraph(): Graph {
  const g = new GraphBuilder({ name: 'picture' });
  const x = g.input('x', 'float32', ['N', 2, 6, 10]);
  const kernel = g.constant(floats([3, 2, 3, 3], (i) => ((i * 7) % 11) / 11 - 0.4));
  const features = relu(
    conv(x, kernel, g.constant([0.1, -0.2, 0.3]), { pads: [1, 1, 1, 1], strides: [2, 2] }),
  );
  g.output('features', features);
  g.output(
    'enlarged',
    resize(averagePool(features, [3, 3], { pads: [1, 1, 1, 1], countPadding: true }), 6, 10),
  );
  return g.build();
}

/** Distance to the nearest of some rows, as the memory head computes it. */
export function nearestGraph(): Graph {
  const g = new GraphBuilder({ name: 'nearest' });
  const x = g.input('x', 'float32', ['N', 5, 4]);
  const rows = floats([7, 4], (i) => ((i * 13) % 17) / 17);
  const norms = Array.from({ length: 7 }, (_, r) =>
    rows.data.slice(4 * r, 4 * r + 4).reduce((total, value) => total + value * value, 0),
  );
  const cross = add(matmul(mul(x, -2), transpose(g.constant(rows), [1, 0])), g.constant(norms));
  g.output('distance', sqrt(relu(add(reduceMin(cross, [2]), reduceSum(square(x), [2])))));
  return g.build();
}

/** `square` = x², which may overflow, and `root` = √x, NaN below 0. */
export function overflowGraph(): Graph {
  const g = new GraphBuilder({ name: 'overflow' });
  const x = g.input('x', 'float32', ['N', 3]);
  g.output('square', mul(x, x));
  g.output('root', sqrt(x));
  return g.build();
}

/** Work that takes a moment, so that a run can be caught while it runs. */
export function slowGraph(products: number = 4): Graph {
  const g = new GraphBuilder({ name: 'slow' });
  const x = g.input('x', 'float32', [48, 48]);
  let y = x;
  for (let i = 0; i < products; i++) y = mul(matmul(y, x), 1 / 48);
  g.output('y', y);
  return g.build();
}
