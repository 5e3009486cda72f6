/** From operands to values: numbers become constants of the type that they meet. */
import { hostTensor, ParameterError, type DType } from '@oddpixel/contract';
import { allocate } from '@oddpixel/contract/unstable';
import { numberToFloat16 } from '../reference/float16.ts';
import type { GraphBuilder, Operand, Value } from './graph-builder.ts';

function isValue(operand: Operand): operand is Value {
  return typeof operand !== 'number';
}

/** The builder of the first operand that is a value. @throws ParameterError if all are numbers. */
export function builderOf(operands: readonly Operand[]): GraphBuilder {
  const value = operands.find(isValue);
  if (value === undefined)
    throw new ParameterError({ name: 'operands', expected: 'at least one value', received: 'numbers only' });
  return value.builder;
}

/** Operands as values of one type: numbers become scalars of the first value's type. */
export function toValues(operands: readonly Operand[]): Value[] {
  const builder = builderOf(operands);
  const dtype = operands.find(isValue)?.dtype ?? 'float32';
  return operands.map((operand) => (isValue(operand) ? operand : scalar(builder, operand, dtype)));
}

/** A constant scalar of a type. */
export function scalar(builder: GraphBuilder, value: number, dtype: DType): Value {
  const data = allocate(dtype, 1);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value);
  else data[0] = dtype === 'float16' ? numberToFloat16(value) : value;
  return builder.constant(hostTensor(dtype, [], data));
}

/** The first of a node's outputs. */
export function only(values: readonly Value[]): Value {
  return values[0] as Value;
}
