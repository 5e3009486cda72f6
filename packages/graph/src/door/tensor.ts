/** Tensors as the door sees them: all of their data is in the file, and as much as their shape requires. */
import type { ReadLimits } from '../limits.ts';
import { refuse, shown } from './refuse.ts';
import { fixed32, fixed64, lengthDelimited, varint, type FieldReader, type Span } from './wire.ts';

export interface TensorOutline {
  readonly name: string;
  /** Code of `TensorProto.DataType`. */
  readonly type: number;
  readonly dims: readonly number[];
  /** Where its bytes are; absent if the numbers lie in a field of their type. */
  readonly raw: Span | undefined;
  /** The first numbers of such a field. */
  readonly numbers: readonly number[];
}

/** Bytes of one element by type code; strings have none. */
const elementBytes: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  8: Number.NaN,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
  17: 1,
  18: 1,
  19: 1,
  20: 1,
  21: 0.5,
  22: 0.5,
  23: 0.5,
  24: 1,
  25: 0.25,
  26: 0.25,
};

/** Enough for a shape or the scales of an image. */
const numbersKept = 64;

/** Reads a TensorProto. @param where of what, for errors; the tensor's own name is added. */
export function readTensorOutline(fields: FieldReader, where: string, limits: ReadLimits): TensorOutline {
  let name = '';
  let type = 0;
  let raw: Span | undefined;
  let typed = 0;
  let hasRest = false;
  const dims: number[] = [];
  const numbers: number[] = [];
  const place = (): string => (name === '' ? where : `${where} ${shown(name)}`);
  const count = (value: number): void => {
    typed++;
    if (numbers.length < numbersKept) numbers.push(value);
  };
  const countFloats = (first: readonly number[], length: number): void => {
    typed += length;
    numbers.push(...first.slice(0, numbersKept - numbers.length));
  };
  while (fields.next()) {
    switch (fields.field) {
      case 1:
        fields.integers((dim) => {
          if (dims.push(dim) > limits.maxRank) refuse(place(), `more than ${limits.maxRank} dimensions`);
        });
        break;
      case 2:
        fields.expect(varint);
        type = fields.value;
        break;
      case 3:
        refuse(place(), 'it is a segment of a tensor');
        break;
      case 4:
        readFloats(fields, 4, countFloats);
        break;
      case 5:
      case 7:
      case 11:
        fields.integers(count);
        break;
      case 6:
        fields.expect(lengthDelimited);
        typed++;
        break;
      case 8:
        name = fields.text();
        break;
      case 9:
        fields.expect(lengthDelimited);
        raw = { start: fields.start, end: fields.end };
        break;
      case 10:
        readFloats(fields, 8, countFloats);
        break;
      case 13:
        hasRest = true;
        break;
      case 14:
        fields.expect(varint);
        hasRest ||= fields.value !== 0;
        break;
    }
  }
  if (hasRest)
    refuse(place(), 'its data lies in another file', 'Save the model as one file, with all tensors inside.');
  checkData({ name, type, dims, raw, numbers }, typed, place, limits);
  return { name, type, dims, raw, numbers };
}

function checkData(
  { type, dims, raw }: TensorOutline,
  typed: number,
  place: () => string,
  limits: ReadLimits,
): void {
  const size = elementBytes[type];
  if (size === undefined) return refuse(place(), `element type ${type} is not known`);
  const negative = dims.find((dim) => dim < 0);
  if (negative !== undefined) refuse(place(), `negative dimension ${negative}`);
  const count = elementCount(dims);
  // A dimension of 0 must not hide a gigantic one.
  if (count > limits.maxElements || dims.some((dim) => dim > limits.maxElements))
    refuse(place(), `more than ${limits.maxElements} elements`);
  const bytes = raw === undefined ? 0 : raw.end - raw.start;
  if (bytes > 0 && typed > 0) refuse(place(), 'its data is there twice');
  const fits =
    bytes > 0
      ? bytes === Math.ceil(count * size)
      : // Small types share a number, complex ones take two.
        size < 1
        ? typed <= count && typed >= Math.floor(count * size * 0.25)
        : typed === (type === 14 || type === 15 ? 2 * count : count);
  if (!fits) {
    refuse(
      place(),
      bytes > 0
        ? `its shape [${dims.join(',')}] and its ${bytes} bytes do not go together`
        : `its shape [${dims.join(',')}] asks for ${count} elements, the data holds ${typed}`,
    );
  }
}

/** Floats are single or packed. */
function readFloats(
  fields: FieldReader,
  size: 4 | 8,
  add: (first: readonly number[], count: number) => void,
): void {
  if (fields.wireType !== (size === 4 ? fixed32 : fixed64)) fields.expect(lengthDelimited);
  const { bytes, start, end } = fields;
  const count = (end - start) / size;
  if (!Number.isInteger(count)) fields.damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = Array.from({ length: Math.min(count, numbersKept) }, (_, i) =>
    size === 4 ? view.getFloat32(start + 4 * i, true) : view.getFloat64(start + 8 * i, true),
  );
  add(kept, count);
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** The numbers of a small tensor of integers or floats, as they describe shapes; `undefined` for others. */
export function smallNumbers(tensor: TensorOutline, bytes: Uint8Array): readonly number[] | undefined {
  const { type, dims, raw, numbers } = tensor;
  const count = elementCount(dims);
  if (count > numbersKept) return undefined;
  if (raw === undefined || raw.start === raw.end) return numbers;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: ((at: number) => number) | undefined =
    type === 7
      ? (at) => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
      : type === 6
        ? (at) => view.getInt32(at, true)
        : type === 1
          ? (at) => view.getFloat32(at, true)
          : type === 11
            ? (at) => view.getFloat64(at, true)
            : undefined;
  const size = elementBytes[type] ?? 1;
  return read && Array.from({ length: count }, (_, i) => read(raw.start + i * size));
}
