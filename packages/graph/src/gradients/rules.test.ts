/** Every rule against central differences and against ONNX Runtime, over random shapes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostTensor } from '@oddpixel/contract';
import {
  deviationFromDifferences,
  deviationOfRuntime,
  differenceTolerance,
  gradientGraph,
  runtimeTolerance,
  type GradientCase,
  type TestDims,
} from '../../test/gradient-check.ts';
import * as onnx from '../builder/index.ts';
import type { Value } from '../builder/index.ts';

const seed = fc.integer({ min: 1, max: 1e6 });
const size = fc.integer({ min: 1, max: 4 });
const dims = fc.array(size, { minLength: 0, maxLength: 3 });

/** Two shapes that broadcast: axes of the common shape are 1 or missing in one or the other. */
const broadcastable = fc
  .array(fc.tuple(size, fc.constantFrom('both', 'left', 'right')), { minLength: 1, maxLength: 3 })
  .chain((axes) =>
    fc.record({
      left: fc.constant(axes.map(([n, side]) => (side === 'right' ? 1 : n))),
      right: fc.constant(axes.map(([n, side]) => (side === 'left' ? 1 : n))),
      missing: fc.integer({ min: 0, max: axes.length }),
    }),
  )
  .map(({ left, right, missing }): [number[], number[]] => [
    left,
    left.slice(0, missing).every((_, axis) => left[axis] !== 1 || right[axis] === 1)
      ? right.slice(missing)
      : right,
  ]);

/**
 * Operators that ONNX Runtime runs on the CPU, on WebGPU and on CUDA alike. Before adding one, run it on WebGPU with
 * `disable_cpu_ep_fallback`: an operator of the standard is not enough.
 */
const portable = new Set(
  (
    'Abs Add And AveragePool BatchNormalization Cast Clip Concat Conv ConvTranspose Div Equal Erf Exp Expand Gather ' +
    'Gemm GlobalAveragePool Greater GreaterOrEqual Identity LayerNormalization LeakyRelu Less LessOrEqual Log MatMul ' +
    'Max MaxPool Min Mul Neg Pad Pow Reciprocal ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Resize Shape ' +
    'Sigmoid Slice Softmax Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where'
  ).split(' '),
);

/** A property over random cases, run on the interpreter and on ONNX Runtime. */
function check(title: string, cases: fc.Arbitrary<GradientCase>, runs = 25): void {
  test(title, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (gradientCase) => {
        const operators = gradientGraph(gradientCase).nodes.map(({ opType }) => opType);
        expect(operators.filter((name) => !portable.has(name))).toEqual([]);
        expect(deviationFromDifferences(gradientCase)).toBeLessThan(differenceTolerance);
        expect(await deviationOfRuntime(gradientCase)).toBeLessThan(runtimeTolerance);
      }),
      { numRuns: runs, seed: 7 },
    );
  });
}

describe('elementwise gradients equal difference quotients', () => {
  const unary: Record<string, (x: Value) => Value> = {
    Neg: onnx.neg,
    Abs: onnx.abs,
    Exp: onnx.exp,
    Sigmoid: onnx.sigmoid,
    Tanh: onnx.tanh,
    Erf: onnx.erf,
    Relu: onnx.relu,
    LeakyRelu: (x) => onnx.leakyRelu(x, 0.2),
    Gelu: onnx.gelu,
    Clip: (x) => onnx.clip(x, -1, 0.7),
    Identity: onnx.identity,
    Square: onnx.square,
    Cube: (x) => onnx.pow(x, 3),
    Cast: (x) => onnx.cast(onnx.square(onnx.cast(x, 'float32')), 'float32'),
  };
  for (const [name, build] of Object.entries(unary)) {
    check(name, fc.record({ inputs: fc.tuple(dims), build: fc.constant(build), seed }), 8);
  }
  const ofPositive: Record<string, (x: Value) => Value> = {
    Sqrt: onnx.sqrt,
    Log: onnx.log,
    Reciprocal: onnx.reciprocal,
    'Pow 0.5': (x) => onnx.pow(x, 0.5),
    'Pow −1.5': (x) => onnx.pow(x, -1.5),
  };
  for (const [name, build] of Object.entries(ofPositive)) {
    check(
      name,
      fc.record({ inputs: fc.tuple(dims), build: fc.constant(build), seed, positive: fc.constant(true) }),
      8,
    );
  }
  const binary: Record<string, (a: Value, b: Value) => Value> = {
    Add: onnx.add,
    Sub: onnx.sub,
    Mul: onnx.mul,
    Div: onnx.div,
    Pow: onnx.pow,
    Max: onnx.maximum,
    Min: onnx.minimum,
    Where: (a, b) => onnx.where(onnx.greater(a, onnx.mul(b, 1.1)), onnx.mul(a, b), onnx.sub(a, b)),
  };
  for (const [name, build] of Object.entries(binary)) {
    check(
      `${name}, broadcast`,
      fc.record({ inputs: broadcastable, build: fc.constant(build), seed, positive: fc.constant(true) }),
    );
  }
});

describe('matrix gradients equal difference quotients', () => {
  check(
    'MatMul of matrices, vectors and broadcast batches',
    fc
      .record({
        batch: broadcastable,
        m: size,
        k: size,
        n: size,
        vectors: fc.constantFrom('', 'left', 'right'),
      })
      .chain(({ batch: [left, right], m, k, n, vectors }) =>
        fc.record({
          inputs: fc.constant<TestDims[]>([
            vectors === 'left' ? [k] : [...left, m, k],
            vectors === 'right' ? [k] : vectors === 'left' ? [...right, k, n] : [...right, k, n],
          ]),
          build: fc.constant(onnx.matmul),
          seed,
        }),
      ),
  );
  check(
    'MatMul of rows by one matrix, dynamic batch',
    fc.record({ n: size, p: size, k: size, m: size, seed }).map(({ n, p, k, m, seed }) => ({
      inputs: [[['N', n], p, k] as const, [k, m]],
      build: onnx.matmul,
      seed,
    })),
  );
  check(
    'Gemm with every transposition and bias shape',
    fc
      .record({
        m: size,
        k: size,
        n: size,
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
        bias: fc.constantFrom('none', 'row', 'column', 'scalar', 'full'),
        alpha: fc.constantFrom(1, -0.5),
        beta: fc.constantFrom(1, 2),
        seed,
      })
      .map(({ m, k, n, bias, seed, ...options }) => {
        const biases: Record<string, number[]> = { row: [n], column: [m, 1], scalar: [], full: [m, n] };
        const c = biases[bias];
        return {
          inputs: [
            options.transposeA ? [k, m] : [m, k],
            options.transposeB ? [n, k] : [k, n],
            ...(c === undefined ? [] : [c]),
          ],
          build: (a: Value, b: Value, c?: Value) => onnx.gemm(a, b, c, options),
          seed,
        };
      }),
  );
});

describe('convolution gradients equal difference quotients', () => {
  const axis = fc.record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.integer({ min: 0, max: 2 }),
    after: fc.integer({ min: 0, max: 2 }),
    extra: fc.integer({ min: 0, max: 3 }),
  });
  const geometry = fc.record({
    batch: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 2 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    axes: fc.tuple(axis, axis),
    bias: fc.boolean(),
    seed,
  });
  const windowOptions = (
    axes: readonly { stride: number; dilation: number; before: number; after: number }[],
  ): onnx.WindowOptions => ({
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
  });
  check(
    'Conv with strides, padding, dilation and groups, dynamic batch',
    geometry.map(({ batch, group, inputs, outputs, axes, bias, seed }) => ({
      inputs: [
        [
          ['N', batch] as const,
          group * inputs,
          ...axes.map(({ kernel, dilation, before, after, extra }) =>
            Math.max(1, (kernel - 1) * dilation + 1 - before - after + extra),
          ),
        ],
        [group * outputs, inputs, ...axes.map(({ kernel }) => kernel)],
        ...(bias ? [[group * outputs]] : []),
      ],
      build: (x: Value, w: Value, b?: Value) => onnx.conv(x, w, b, { ...windowOptions(axes), group }),
      seed,
    })),
    40,
  );
  check(
    'depthwise Conv',
    geometry.map(({ batch, inputs, axes, seed }) => ({
      inputs: [
        [
          batch,
          inputs + 1,
          ...axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra),
        ],
        [inputs + 1, 1, ...axes.map(({ kernel }) => kernel)],
      ],
      build: (x: Value, w: Value) =>
        onnx.conv(x, w, undefined, { ...windowOptions(axes), group: inputs + 1 }),
      seed,
    })),
  );
  test('Conv over an image whose patches are too large for one buffer', async () => {
    const gradientCase: GradientCase = {
      inputs: [[1, 1, 2, 1]],
      build: (w) => {
        const data = Float32Array.from({ length: 1050 * 1010 }, (_, i) => ((i * 7) % 13) - 6);
        const image = w.builder.constant(hostTensor('float32', [1, 1, 1050, 1010], data));
        return onnx.conv(image, w, undefined, { pads: [1, 0, 2, 3], dilations: [3, 1] });
      },
      seed: 5,
    };
    const operators = gradientGraph(gradientCase).nodes.map(({ opType }) => opType);
    expect(operators.filter((name) => name === 'MatMul')).toHaveLength(2);
    expect(deviationFromDifferences(gradientCase)).toBeLessThan(differenceTolerance);
    // Sums over a million places in single precision.
    expect(await deviationOfRuntime(gradientCase)).toBeLessThan(50 * runtimeTolerance);
  });
  check(
    'groups of sizes that some engines get wrong are written without groups',
    fc
      .record({
        transposed: fc.boolean(),
        stride: fc.constantFrom(1, 2),
        inputs: fc.constantFrom(1, 5, 6),
        outputs: fc.constantFrom(1, 2, 4),
        seed,
      })
      .map(({ transposed, stride, inputs, outputs, seed }) => ({
        inputs: [
          [1, 2 * inputs, 3, 4],
          transposed ? [2 * inputs, outputs, 2, 3] : [2 * outputs, inputs, 2, 3],
        ],
        build: (x: Value, w: Value) =>
          (transposed ? onnx.convTranspose : onnx.conv)(x, w, undefined, {
            strides: [stride, stride],
            group: 2,
          }),
        seed,
      })),
  );
  check(
    'ConvTranspose with strides, padding, dilation and groups',
    geometry.map(({ batch, group, inputs, outputs, axes, bias, seed }) => ({
      inputs: [
        [
          ['N', batch] as const,
          group * inputs,
          ...axes.map(({ extra, before, after }) => 1 + extra + before + after),
        ],
        [group * inputs, outputs, ...axes.map(({ kernel }) => kernel)],
        ...(bias ? [[group * outputs]] : []),
      ],
      build: (x: Value, w: Value, b?: Value) =>
        onnx.convTranspose(x, w, b, {
          ...windowOptions(
            axes.map((a) => ({ ...a, before: Math.min(a.before, 1), after: Math.min(a.after, 1) })),
          ),
          outputPadding: axes.map(({ stride, extra }) => Math.min(stride - 1, extra)),
          group,
        }),
      seed,
    })),
  );
  const poolCase = geometry.map(({ batch, inputs, axes, seed }) => ({
    seed,
    inputs: [
      [
        ['N', batch] as const,
        inputs,
        ...axes.map(({ kernel, extra, before, after }) => kernel + extra + before + after),
      ],
    ],
    kernel: axes.map(({ kernel }) => kernel),
    options: {
      strides: axes.map(({ stride }) => stride),
      pads: [
        ...axes.map(({ before, kernel }) => Math.min(before, kernel - 1)),
        ...axes.map(({ after, kernel }) => Math.min(after, kernel - 1)),
      ],
    },
  }));
  for (const countPadding of [false, true]) {
    check(
      `AveragePool ${countPadding ? 'with' : 'without'} padding in the mean`,
      poolCase.map(({ kernel, options, ...rest }) => ({
        ...rest,
        build: (x: Value) => onnx.averagePool(x, kernel, { ...options, countPadding }),
      })),
    );
  }
  check(
    'MaxPool',
    poolCase.map(({ kernel, options, ...rest }) => ({
      ...rest,
      build: (x: Value) => onnx.maxPool(x, kernel, options),
    })),
  );
  check(
    'pooling that rounds the output size up',
    // If the last window would start past the image, engines disagree about the size.
    poolCase
      .filter(({ inputs: [[, , ...sizes] = []], kernel, options }) =>
        sizes.every((n, i) => {
          const [size, stride] = [kernel[i] ?? 1, options.strides[i] ?? 1];
          return Math.ceil(((n as number) - size) / stride) * stride < (n as number);
        }),
      )
      .chain(({ kernel, options, ...rest }) =>
        fc.constantFrom('MaxPool', 'AveragePool').map((opType) => ({
          ...rest,
          build: (x: Value) =>
            x.builder.node(opType, [x], {
              kernel_shape: { kind: 'ints', value: kernel },
              strides: { kind: 'ints', value: options.strides },
              ceil_mode: { kind: 'int', value: 1 },
            })[0] as Value,
        })),
      ),
  );
  check(
    'GlobalAveragePool',
    poolCase.map(({ seed, inputs }) => ({
      seed,
      inputs,
      build: (x: Value) => onnx.square(x.builder.node('GlobalAveragePool', [x])[0] as Value),
    })),
    8,
  );
  check(
    'Resize, nearest and linear',
    fc
      .record({
        h: size,
        w: size,
        toH: fc.integer({ min: 1, max: 7 }),
        toW: fc.integer({ min: 1, max: 7 }),
        seed,
      })
      .chain(({ h, w, toH, toW, seed }) =>
        fc.constantFrom('linear' as const, 'nearest' as const).map((mode) => ({
          inputs: [[['N', 2] as const, 2, h, w]],
          build: (x: Value) => onnx.resize(x, toH, toW, mode),
          seed,
        })),
      ),
  );
  check(
    'automatic padding',
    fc
      .record({ h: fc.integer({ min: 3, max: 6 }), stride: fc.integer({ min: 1, max: 3 }), seed })
      .chain(({ h, stride, seed }) =>
        fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID').map((mode) => ({
          inputs: [
            [1, 2, h, h + 1],
            [1, 2, 3, 2],
          ],
          build: (x: Value, w: Value) =>
            x.builder.node('Conv', [x, w], {
              kernel_shape: { kind: 'ints', value: [3, 2] },
              strides: { kind: 'ints', value: [stride, 1] },
              auto_pad: { kind: 'string', value: mode },
            })[0] as Value,
          seed,
        })),
      ),
    12,
  );
});

describe('gradients of shape operators equal difference quotients', () => {
  check(
    'Reshape, Transpose, Squeeze, Unsqueeze, dynamic batch',
    fc.record({ n: size, c: size, h: size, seed }).map(({ n, c, h, seed }) => ({
      inputs: [[['N', n] as const, c, h]],
      build: (x: Value) =>
        onnx.squeeze(onnx.unsqueeze(onnx.transpose(onnx.reshape(x, [-1, h]), [1, 0]), [0, -1]), [0]),
      seed,
    })),
  );
  check(
    'Reshape with two dynamic axes',
    fc.record({ n: size, p: size, seed }).map(({ n, p, seed }) => ({
      inputs: [[['N', n] as const, ['P', p] as const, 2]],
      build: (x: Value) => onnx.square(onnx.reshape(x, [-1, 2])),
      seed,
    })),
  );
  check(
    'Expand',
    fc.record({ dims: broadcastable, seed }).map(({ dims: [left, right], seed }) => ({
      inputs: [right],
      build: (x: Value) => onnx.expand(x, left),
      seed,
    })),
  );
  check(
    'Concat, Split and Slice',
    fc
      .record({ a: size, b: size, other: size, axis: fc.constantFrom(0, 1, -1), seed })
      .map(({ a, b, other, axis, seed }) => ({
        inputs: [axis === 0 ? [a, other] : [other, a], axis === 0 ? [b, other] : [other, b]],
        build: (x: Value, y: Value) => {
          const [first, , last] = onnx.split(onnx.concat([x, y, x], axis), axis === -1 ? 1 : axis, [
            a,
            b,
            a,
          ]) as [Value, Value, Value];
          const [p, q] = onnx.split(onnx.concat([y, first], axis), axis === -1 ? 1 : axis, [b, a]) as [
            Value,
            Value,
          ];
          return onnx.concat([onnx.mul(p, y), onnx.mul(q, last)], axis);
        },
        seed,
      })),
  );
  check(
    'Slice with any step',
    fc
      .record({
        n: fc.integer({ min: 2, max: 6 }),
        start: fc.integer({ min: -6, max: 5 }),
        end: fc.integer({ min: -7, max: 7 }),
        step: fc.constantFrom(-2, -1, 1, 2, 3),
        seed,
      })
      .filter(({ n, start, end, step }) => {
        const whole = Array.from({ length: n }, (_, i) => i);
        const at = (v: number): number => (v < 0 ? v + n : v);
        return whole.some((i) =>
          step > 0
            ? i >= at(start) && i < at(end) && at(start) >= 0
            : i <= at(start) && i > at(end) && at(start) < n && at(end) >= 0,
        );
      })
      .map(({ n, start, end, step, seed }) => ({
        inputs: [[['N', 2] as const, n, n + 1]],
        build: (x: Value) =>
          onnx.slice(
            x,
            { axis: 0, start: 0 },
            { axis: 1, start, end, step },
            { axis: -1, start: 1, step: 2 },
          ),
        seed,
      })),
  );
  check(
    'Pad, every mode',
    fc
      .record({
        n: fc.integer({ min: 3, max: 4 }),
        mode: fc.constantFrom('constant' as const, 'reflect' as const, 'edge' as const),
        pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))),
        seed,
      })
      .map(({ n, mode, pads: [a, b, c, d], seed }) => ({
        inputs: [[['N', 2] as const, n, n + 1]],
        build: (x: Value) => onnx.pad(x, [0, a as number, b as number, 0, c as number, d as number], mode),
        seed,
      })),
  );
  check(
    'Gather with constant and with computed indices',
    fc
      .record({
        n: size,
        axis: fc.constantFrom(0, 1, 2),
        indices: fc.array(fc.integer({ min: -1, max: 0 }), { minLength: 1, maxLength: 4 }),
        rank: fc.constantFrom(0, 1, 2),
        computed: fc.boolean(),
        seed,
      })
      .map(({ n, axis, indices, rank, computed, seed }) => ({
        inputs: [[n, n + 1, 2]],
        build: (x: Value) => {
          const list = rank === 0 ? indices.slice(0, 1) : indices;
          const dims = rank === 0 ? [] : rank === 1 ? [list.length] : [1, list.length];
          const constant = x.builder.constant(
            hostTensor(
              'int64',
              dims,
              BigInt64Array.from(list, (i) => BigInt(i)),
            ),
          );
          return onnx.square(onnx.gather(x, computed ? onnx.identity(constant) : constant, axis));
        },
        seed,
      })),
  );
});

describe('gradients of reductions and normalization equal difference quotients', () => {
  const reductions = { sum: onnx.reduceSum, mean: onnx.reduceMean, max: onnx.reduceMax, min: onnx.reduceMin };
  for (const [name, reduce] of Object.entries(reductions)) {
    check(
      `reduction: ${name}, known and dynamic axes, opset 17 and 18`,
      fc
        .record({
          n: size,
          c: size,
          w: size,
          axes: fc.constantFrom(undefined, [0], [1], [2], [0, 2], [-1, 0], [0, 1, 2]),
          keepDims: fc.boolean(),
          opset: fc.constantFrom(17, 18, 23),
          seed,
        })
        .map(({ n, c, w, axes, keepDims, ...rest }) => ({
          inputs: [[['N', n] as const, c, w]],
          build: (x: Value) => onnx.square(reduce(x, axes, { keepDims })),
          ...rest,
        })),
    );
  }
  check(
    'Softmax',
    fc.record({ n: size, c: size, axis: fc.constantFrom(-1, 0, 1), seed }).map(({ n, c, axis, seed }) => ({
      inputs: [[n, c, 2]],
      build: (x: Value) => onnx.softmax(x, axis),
      seed,
    })),
  );
  check(
    'LayerNormalization',
    fc
      .record({ n: size, c: size, w: fc.integer({ min: 2, max: 4 }), axis: fc.constantFrom(-1, -2), seed })
      .map(({ n, c, w, axis, seed }) => ({
        inputs: [[['N', n] as const, c, w], axis === -1 ? [w] : [c, w], axis === -1 ? [w] : [c, w]],
        build: (x: Value, scale: Value, bias: Value) =>
          onnx.layerNormalization(x, scale, bias, { axis, epsilon: 0.01 }),
        seed,
      })),
  );
  check(
    'BatchNormalization with the statistics of the batch, dynamic batch',
    fc
      .record({ n: fc.integer({ min: 2, max: 3 }), c: size, h: size, w: size, seed })
      .map(({ n, c, h, w, seed }) => ({
        inputs: [[['N', n] as const, c, h, w], [c], [c]],
        build: (x: Value, scale: Value, bias: Value) =>
          onnx.batchNormalizationTraining(x, scale, bias, 0.01).y,
        seed,
      })),
  );
  check(
    'BatchNormalization with stored statistics',
    fc.record({ n: size, c: size, w: size, seed }).map(({ n, c, w, seed }) => ({
      inputs: [[['N', n] as const, c, w, 2], [c], [c], [c], [c]],
      build: (x: Value, scale: Value, bias: Value, mean: Value, deviation: Value) =>
        onnx.batchNormalization(x, scale, bias, { mean, variance: onnx.add(onnx.square(deviation), 0.5) }),
      seed,
    })),
  );
});
