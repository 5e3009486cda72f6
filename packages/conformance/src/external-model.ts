/** A model that asks an engine for another file. Byte by byte, since `writeGraph` writes no such thing. */

/** `y` = x + w, both float32 `[3]`; the numbers of `w` are the first 12 bytes of a file beside the model. */
export function modelWithExternalData(location: string): Uint8Array {
  // Numbers of fields as the ONNX format has them.
  const entry = (key: string, value: string): number[] => message(13, [text(1, key), text(2, value)]);
  const w = [
    integer(1, 3),
    integer(2, 1),
    text(8, 'w'),
    entry('location', location),
    entry('length', '12'),
    integer(14, 1),
  ];
  const node = [text(1, 'x'), text(1, 'w'), text(2, 'y'), text(3, 'add'), text(4, 'Add')];
  const type = message(1, [integer(1, 1), message(2, [message(1, [integer(1, 3)])])]);
  const value = (field: number, name: string): number[] =>
    message(field, [text(1, name), message(2, [type])]);
  const graph = [message(1, node), text(2, 'external'), message(5, w), value(11, 'x'), value(12, 'y')];
  return Uint8Array.from(
    [integer(1, 8), message(7, graph), message(8, [text(1, ''), integer(2, 17)])].flat(),
  );
}

function message(field: number, fields: readonly number[][]): number[] {
  const content = fields.flat();
  return [...varint(8 * field + 2), ...varint(content.length), ...content];
}

function text(field: number, ascii: string): number[] {
  return message(field, [Array.from(ascii, (letter) => letter.charCodeAt(0))]);
}

function integer(field: number, value: number): number[] {
  return [...varint(8 * field), ...varint(value)];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
