/** Squared distances between sets of patches, computed on the backend. */
import { hostTensor, type Backend } from '../contract/index.ts';
import { add, gemm, GraphBuilder, reduceMin, reduceSum, relu, square, writeGraph } from '../onnx/index.ts';
import { outputData } from './output-data.ts';

export interface Distances {
  /**
   * For each of the patches `[n, D]` the squared distance to the nearest of the rows `[m, D]`.
   * Cut into parts so that no value exceeds the backend's largest buffer.
   */
  nearest(patches: Float32Array, rows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
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
  const session = await backend.createSession(writeGraph(g.build()));
  const elements = Math.min(matrixElements, backend.capabilities.maxBufferBytes / 4);

  return {
    async nearest(patches, rows, signal): Promise<Float32Array> {
      const count = patches.length / dims;
      const rowCount = rows.length / dims;
      const result = new Float32Array(count).fill(Infinity);
      const rowStep = Math.min(rowCount, rowsPerRun);
      const step = Math.max(1, Math.floor(elements / rowStep));
      for (let first = 0; first < rowCount; first += rowStep) {
        const part = rows.subarray(first * dims, Math.min(rowCount, first + rowStep) * dims);
        const rowsTensor = hostTensor('float32', [part.length / dims, dims], part);
        for (let start = 0; start < count; start += step) {
          const some = patches.subarray(start * dims, Math.min(count, start + step) * dims);
          const feeds = {
            patches: hostTensor('float32', [some.length / dims, dims], some),
            rows: rowsTensor,
          };
          const distances = outputData(
            await session.run(feeds, signal === undefined ? {} : { signal }),
            'distances',
          );
          for (let i = 0; i < distances.length; i++) {
            result[start + i] = Math.min(result[start + i] as number, distances[i] as number);
          }
        }
      }
      return result;
    },
    dispose: () => session.dispose(),
  };
}
