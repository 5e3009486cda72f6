import { expect, test } from 'vitest';
import { TensorProto_DataType as DataType } from './onnx_pb.ts';
import { typeCodes } from './type-codes.ts';

test('every type has its code of the ONNX format', () => {
  const format = new Map<string, number>(Object.entries(DataType));
  const nameInFormat = (dtype: string): string =>
    ({ float32: 'FLOAT', float64: 'DOUBLE' })[dtype] ?? dtype.toUpperCase();
  const expected = Object.keys(typeCodes).map((dtype) => [dtype, format.get(nameInFormat(dtype))]);
  expect(typeCodes).toEqual(Object.fromEntries(expected));
});
