/**
 * ONNX files of one node, written out. Not by `GraphBuilder` and `writeGraph`: rules of types and the protobuf library
 * are a good part of what a page then would load for inference.
 */
import { type ValueInfo } from '@oddpixel/contract';
import { joinBytes } from '@oddpixel/contract/unstable';
import { typeCodes } from './type-codes.ts';
import { integer, message, text } from './wire-writer.ts';

/** `y = opType(x, …)`, with `x` as each of the inputs and `y` of its type and dims. */
export function oneNodeModel(
  opType: 'Add' | 'Identity',
  { dtype, dims }: Pick<ValueInfo, 'dtype' | 'dims'>,
): Uint8Array {
  // Numbers of fields as onnx.proto has them.
  const shape = dims.map((dim) => message(1, [typeof dim === 'number' ? integer(1, dim) : text(2, dim)]));
  const type = message(1, [integer(1, typeCodes[dtype]), message(2, shape)]);
  const value = (field: number, name: string): Uint8Array =>
    message(field, [text(1, name), message(2, [type])]);
  const inputs = opType === 'Add' ? ['x', 'x'] : ['x'];
  const node = [...inputs.map((name) => text(1, name)), text(2, 'y'), text(3, opType), text(4, opType)];
  const graph = [message(1, node), text(2, opType), value(11, 'x'), value(12, 'y')];
  return joinBytes([integer(1, 8), message(7, graph), message(8, [text(1, ''), integer(2, 17)])]);
}
