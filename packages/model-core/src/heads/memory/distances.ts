/** Squared distances between sets of patches, computed on the backend. */
import { hostTensor, type Backend, type HostTensor, runsInFlight } from '@oddpixel/contract';
import { mapOrdered } from '@oddpixel/contract/unstable';
import { add, gemm, GraphBuilder, reduceMin, reduceSum, relu, square, writeGraph } from '@oddpixel/graph';
import { outputData } from '@oddpixel/graph/training';

export interface Distances {
  /**
   * For each of the patches `[n, D]` the squared distance to the nearest of the rows `[m, D]`.
   * Cut into parts so that no value exceeds the backend's largest buffer.
   */
  nearest(patches: Float32Array, rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** Calls of `nearest` that are worth having in flight at the same time. */
  readonly inFlight: number;
  dispose(): Promise<void>;
}

/** Elements of one distance matrix: small enough to stay in a processor's cache while it is reduced. */
const matrixElements = 2 ** 20;
/** Rows compared in one run. */
const rowsPerRun = 1024;

export async function openDistances(dims: number, backend: Backend): Promise<Distances> {
  const g = new GraphBuilder({ name: 'nearest' });
  const patches = g.input('patches', 'float32', ['n', dims]);
  const rows = g.input('rows', 'float32', ['m', dims]);
  const rowNorms = reduceSum(square(rows), [1]);
  const patchNorms = reduceSum(square(patches), [1]);
  const cross = gemm(patches, rows, rowNorms, { alpha: -2, transposeB: true });
  // Rounding may take the distance of a patch to itself just below 0.
  g.output('distances', relu(add(reduceMin(cross, [1]), patchNorms)));
  const session = await backend.createSession(writeGraph(g.build()), { oneByOne: true });
  const elements = Math.min(matrixElements, backend.capabilities.maxBufferBytes / 4);

  return {
    inFlight: runsInFlight(backend),
    async nearest(patches, rows, signal): Promise<Float32Array> {
      const count = patches.length / dims;
      const rowCount = rows.length / dims;
      const result = new Float32Array(count).fill(Infinity);
      const rowStep = Math.min(rowCount, rowsPerRun);
      const step = Math.max(1, Math.floor(elements / rowStep));
      const run = async ({ start, some, part }: Comparison): Promise<void> => {
        const feeds = { patches: matrix(some, dims), rows: matrix(part, dims) };
        const outputs = await session.run(feeds, signal === undefined ? {} : { signal });
        const distances = outputData(outputs, 'distances');
        for (let i = 0; i < distances.length; i++) {
          result[start + i] = Math.min(result[start + i] as number, distances[i] as number);
        }
      };
      function* comparisons(): Generator<Comparison> {
        for (let first = 0; first < rowCount; first += rowStep) {
          const part = rows.subarray(first * dims, Math.min(rowCount, first + rowStep) * dims);
          for (let start = 0; start < count; start += step) {
            yield { start, part, some: patches.subarray(start * dims, Math.min(count, start + step) * dims) };
          }
        }
      }
      for await (const _ of mapOrdered(comparisons(), runsInFlight(backend), run));
      return result;
    },
    dispose: () => session.dispose(),
  };
}

/** Some of the patches, from `start`, and some of the rows. */
interface Comparison {
  readonly start: number;
  readonly some: Float32Array;
  readonly part: Float32Array;
}

function matrix(data: Float32Array, dims: number): HostTensor<'float32'> {
  return hostTensor('float32', [data.length / dims, dims], data);
}
