/**
 * Gradients checked against central differences: `(f(x + h) − f(x − h)) / 2h` in double precision through the
 * reference interpreter, and the same gradient graph in ONNX Runtime against the interpreter.
 */
import { hostTensor, type HostTensor, createRandom } from '@oddpixel/contract';
import { gradients, GraphBuilder, mul, reduceSum, writeGraph, type Graph, type Value } from '../src/index.ts';
import { runGraph } from '../src/reference/index.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';

/** An input of the function under test: sizes, and by name those that the graph does not know. */
export type TestDims = readonly (number | readonly [name: string, size: number])[];

export interface GradientCase {
  readonly inputs: readonly TestDims[];
  /** The function; its result is weighted and summed to a loss. */
  readonly build: (...inputs: Value[]) => Value;
  readonly seed: number;
  /** All inputs positive, for roots and logarithms. Default: both signs. */
  readonly positive?: boolean;
  /** Version of the operator set. Default 17. */
  readonly opset?: number;
}

interface Prepared {
  readonly graph: Graph;
  readonly feeds: Record<string, HostTensor<'float64'>>;
  /** Name of each input's gradient. */
  readonly names: readonly string[];
}

/** Largest difference from central differences, relative to the largest gradient (or 1). Constants are float32. */
export const differenceTolerance = 2e-6;
/** Largest difference of ONNX Runtime's float32 from the interpreter's float64, relative to the largest gradient. */
export const runtimeTolerance = 2e-5;

/** @returns the largest deviation from central differences over all inputs. */
export function deviationFromDifferences(gradientCase: GradientCase): number {
  const { graph, feeds, names } = prepare(gradientCase);
  const lossAt = (changed: Record<string, HostTensor>): number =>
    Number(runGraph(graph, changed, { precision: 'float64', outputs: ['loss'] })['loss']?.data[0]);
  const analytic = runGraph(graph, feeds, { precision: 'float64', outputs: names });
  const step = 1e-5;
  return Math.max(
    ...names.map((name, index) => {
      const feed = feeds[`x${index}`] as HostTensor<'float64'>;
      const gradient = analytic[name] as HostTensor<'float64'>;
      if (gradient.dims.join() !== feed.dims.join()) return Infinity;
      const numeric = feed.data.map((value, i) => {
        const shifted = (by: number): HostTensor<'float64'> => ({
          ...feed,
          data: feed.data.with(i, value + by),
        });
        const [up, down] = [step, -step].map((by) => lossAt({ ...feeds, [`x${index}`]: shifted(by) }));
        return ((up ?? NaN) - (down ?? NaN)) / (2 * step);
      });
      return deviation(gradient.data, numeric);
    }),
  );
}

/** @returns the largest deviation of ONNX Runtime's gradients from the interpreter's. */
export async function deviationOfRuntime(gradientCase: GradientCase): Promise<number> {
  const { graph, feeds, names } = prepare(gradientCase);
  const exact = runGraph(graph, feeds, { precision: 'float64', outputs: names });
  const session = await ortBackend().createSession(writeGraph(graph));
  const single = Object.fromEntries(
    Object.entries(feeds).map(([name, { dims, data }]) => [
      name,
      hostTensor('float32', dims, Float32Array.from(data)),
    ]),
  );
  const results = await session.run(single, { outputs: names });
  await session.dispose();
  return Math.max(
    ...names.map((name) => {
      const [computed, expected] = [results[name] as HostTensor<'float32'>, exact[name]];
      if (computed.dims.join() !== expected?.dims.join()) return Infinity;
      return deviation(computed.data, expected.data as Float64Array);
    }),
  );
}

/** The graph of a case with `loss` and one gradient per input as outputs. */
export function gradientGraph(gradientCase: GradientCase): Graph {
  return prepare(gradientCase).graph;
}

function prepare({ inputs, build, seed, positive = false, opset = 17 }: GradientCase): Prepared {
  const g = new GraphBuilder({ opset });
  const values = inputs.map((dims, i) =>
    g.input(
      `x${i}`,
      'float32',
      dims.map((dim) => (typeof dim === 'number' ? dim : dim[0])),
    ),
  );
  const random = createRandom(seed);
  const y = build(...values);
  // Weights that no two elements share, as long as the result's shape is known; otherwise the square of the result.
  const known = y.dims.every((dim) => typeof dim === 'number');
  const weights = known
    ? g.constant(
        spread(y.dims as number[], random.next() * 0.01, createRandom(seed + 1).next, false, 'float32'),
      )
    : y;
  const loss = reduceSum(mul(y, weights));
  g.output('loss', loss);
  const names = gradients(loss, values).map((gradient, i) => {
    g.output(`gradient${i}`, gradient);
    return `gradient${i}`;
  });
  const feeds = Object.fromEntries(
    inputs.map((dims, i) => [
      `x${i}`,
      spread(
        dims.map((dim) => (typeof dim === 'number' ? dim : dim[1])),
        0.0131 * (i + 1),
        random.next,
        positive,
        'float64',
      ),
    ]),
  );
  return { graph: g.build(), feeds, names };
}

/** Shuffled equidistant values in about −2..2 (or 0.5..2.5): no ties, and none at 0, where functions have corners. */
function spread<T extends 'float32' | 'float64'>(
  dims: readonly number[],
  offset: number,
  next: () => number,
  positive: boolean,
  dtype: T,
): HostTensor<T> {
  const count = dims.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) =>
    positive ? 0.5 + (2 * (i + 0.5)) / count + offset : (4 * (i + 0.5)) / count - 2 + offset,
  );
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(next() * (i + 1));
    [values[i], values[other]] = [values[other] as number, values[i] as number];
  }
  const data = dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
  return { location: 'host', dtype, dims, data } as unknown as HostTensor<T>;
}

function deviation(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) return Infinity;
  let largest = 1;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(computed[i]), Number(expected[i])];
    largest = Math.max(largest, Math.abs(b));
    // Written so that NaN counts as a difference.
    if (!(Math.abs(a - b) <= difference)) difference = Number.isNaN(a - b) ? Infinity : Math.abs(a - b);
  }
  return difference / largest;
}
