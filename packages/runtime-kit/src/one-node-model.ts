/**
 * ONNX files of one node, written out. Not by `GraphBuilder`: its rules of types are a good part of what a page then
 * would load for inference.
 */
import type { ValueInfo } from '@oddpixel/model-core/contract';
import { writeGraph } from '@oddpixel/model-core/onnx';

/** `y = opType(x, …)`, with `x` as each of the inputs and `y` of its type and dims. */
export function oneNodeModel(
  opType: 'Add' | 'Identity',
  { dtype, dims }: Pick<ValueInfo, 'dtype' | 'dims'>,
): Uint8Array {
  return writeGraph({
    name: opType,
    opset: 17,
    irVersion: 8,
    inputs: [{ name: 'x', dtype, dims }],
    outputs: [{ name: 'y', dtype, dims }],
    nodes: [
      {
        name: opType,
        opType,
        domain: '',
        inputs: opType === 'Add' ? ['x', 'x'] : ['x'],
        outputs: ['y'],
        attributes: {},
      },
    ],
    initializers: new Map(),
    metadata: new Map(),
  });
}
