/**
 * The antialiased resize as graph nodes: one matrix of triangle weights per axis, made from the image's size when
 * the graph runs. Dense, hence for single-image integrations; batches go through `@oddpixel/preprocess`.
 */
import { hostTensor } from '@oddpixel/contract';
import {
  abs,
  add,
  cast,
  div,
  gather,
  matmul,
  maximum,
  mul,
  range,
  reduceSum,
  relu,
  reshape,
  shapeOf,
  sub,
  transpose,
  type GraphBuilder,
  type Value,
} from '@oddpixel/graph';

/** uint8 pixels `[height, width, 3]` of any size → float32 `[3, outHeight, outWidth]`, still in 0..255. */
export function resizeInGraph(image: Value, outHeight: number, outWidth: number): Value {
  const planes = transpose(cast(image, 'float32'), [2, 0, 1]);
  const shape = shapeOf(image);
  const rows = triangleWeights(shape, 0, outHeight);
  const columns = triangleWeights(shape, 1, outWidth);
  return matmul(matmul(rows, planes), transpose(columns, [1, 0]));
}

/** `[outSize, size]`: weight of input pixel j for output pixel i, `1 − |j + ½ − (i + ½)·s| / max(s, 1)`, each row sums to 1. */
function triangleWeights(shape: Value, axis: number, outSize: number): Value {
  const g = shape.builder;
  const size = gather(shape, integer(g, axis), 0);
  const scale = div(cast(size, 'float32'), outSize);
  const support = maximum(scale, 1);
  const centres = mul(
    g.constant(
      hostTensor(
        'float32',
        [outSize, 1],
        Float32Array.from({ length: outSize }, (_, i) => i + 0.5),
      ),
    ),
    scale,
  );
  const positions = range(integer(g, 0), size, integer(g, 1));
  const middles = reshape(add(cast(positions, 'float32'), 0.5), [1, -1]);
  const weights = relu(sub(1, div(abs(sub(middles, centres)), support)));
  return div(weights, reduceSum(weights, [1], { keepDims: true }));
}

function integer(g: GraphBuilder, value: number): Value {
  return g.constant(hostTensor('int64', [], BigInt64Array.of(BigInt(value))));
}
