/** The graphs that are damaged: our backbone whole and cut, trained-model formulas, shape arithmetic, odd tensors. */
import { readFileSync } from 'node:fs';
import { hostTensor } from '@oddpixel/contract';
import {
  add,
  averagePool,
  cast,
  concat,
  conv,
  fixInputShape,
  gather,
  GraphBuilder,
  matmul,
  mul,
  pickOutputs,
  range,
  readGraph,
  reduceMin,
  relu,
  reshape,
  resize,
  shapeOf,
  softmax,
  sqrt,
  transpose,
  writeGraph,
  type Graph,
} from '@oddpixel/graph';

export interface CorpusEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function corpus(): CorpusEntry[] {
  const bytes = new Uint8Array(readFileSync(new URL('../../backbones/assets/small.onnx', import.meta.url)));
  const backbone = readGraph(bytes);
  const input = backbone.inputs[0]?.name ?? '';
  const fixed = fixInputShape(backbone, input, ['N', 3, 64, 96]);
  const first = backbone.outputs[0]?.name ?? '';
  const graphs: Record<string, Graph> = {
    backbone: withSmallWeights(backbone),
    'backbone at 64×96': withSmallWeights(fixed),
    'first level only': withSmallWeights(pickOutputs(fixed, [first])),
    'memory head': memoryHead(),
    'pyramid and metadata': pyramid(),
    'shape arithmetic': shapeArithmetic(),
    'many element types': elementTypes(),
  };
  return Object.entries(graphs).map(([name, graph]) => ({ name, bytes: writeGraph(graph) }));
}

/** Weights cut to a few numbers: what matters here is structure, and small files make fast rounds. */
function withSmallWeights(graph: Graph): Graph {
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [
      name,
      tensor.data.length > 64 && tensor.data instanceof Float32Array
        ? hostTensor(
            'float32',
            tensor.dims.map(() => 1),
            tensor.data.slice(0, 1),
          )
        : tensor,
    ]),
  );
  return { ...graph, initializers };
}

function memoryHead(): Graph {
  const g = new GraphBuilder({ opset: 18, name: 'head' });
  const x = g.input('patches', 'float32', ['N', 6, 4]);
  const rows = g.constant(hostTensor('float32', [4, 5], new Float32Array(20).fill(0.5)));
  g.output(
    'distance',
    sqrt(relu(reduceMin(add(matmul(mul(x, -2), rows), g.constant([1, 2, 3, 4, 5])), [2]))),
  );
  return g.build();
}

function pyramid(): Graph {
  const g = new GraphBuilder({ opset: 17, name: 'pyramid' });
  const x = g.input('image', 'float32', ['N', 3, 8, 12]);
  const kernel = g.constant(hostTensor('float32', [2, 3, 3, 3], new Float32Array(54).fill(0.1)));
  const fine = conv(x, kernel, undefined, { pads: [1, 1, 1, 1] });
  const coarse = resize(averagePool(fine, [2, 2], { strides: [2, 2] }), 8, 12);
  g.output('features', softmax(concat([fine, coarse], 1), 1));
  return {
    ...g.build(),
    metadata: new Map([
      ['oddpixel', '{"version":1}'],
      ['author', 'nobody'],
    ]),
  };
}

function shapeArithmetic(): Graph {
  const g = new GraphBuilder({ opset: 17, name: 'shapes' });
  const x = g.input('x', 'float32', ['N', 3, 'H', 'W']);
  const zero = g.constant(hostTensor('int64', [], BigInt64Array.of(0n)));
  const one = g.constant(hostTensor('int64', [], BigInt64Array.of(1n)));
  g.output('positions', cast(range(zero, gather(shapeOf(x), zero), one), 'float32'));
  g.output('y', transpose(reshape(x, [0, 3, -1]), [0, 2, 1]));
  return g.build();
}

function elementTypes(): Graph {
  const g = new GraphBuilder({ opset: 21, name: 'types' });
  const tensors = [
    hostTensor('float16', [2], Uint16Array.of(0x3c00, 0xc000)),
    hostTensor('int8', [3], Int8Array.of(-1, 0, 1)),
    hostTensor('uint8', [1, 2], Uint8Array.of(3, 255)),
    hostTensor('bool', [], Uint8Array.of(1)),
    hostTensor('float64', [1], Float64Array.of(Math.PI)),
    hostTensor('uint64', [1], BigUint64Array.of(2n ** 63n)),
  ];
  for (const [i, tensor] of tensors.entries()) g.output(`y${i}`, cast(g.constant(tensor), 'float32'));
  return g.build();
}
