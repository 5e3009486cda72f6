import { expect, test } from 'vitest';
import { checkGenerated, typesOf } from './generate.ts';

test('the message types of ONNX files are those generated from their description', () => {
  expect(checkGenerated()).toBe(true);
});

test('a field, an enum and a choice of a description become types', () => {
  const types = typesOf(`syntax = "proto2";
    package parts;
    message Part {
      enum Kind { SCREW = 0; NUT = 1; }
      message Size { optional int64 width_um = 1; }
      repeated Part inner = 1;
      optional Kind kind = 2;
      oneof extent { Size size = 3; string named = 4; }
    }`);
  expect(types).toContain('export type Part = Message<"parts.Part">');
  expect(types).toContain('inner: Part[];');
  expect(types).toContain('kind: Part_Kind;');
  expect(types).toContain('widthUm: bigint;');
  expect(types).toMatch(/value: Part_Size;\s+case: "size";/);
});

test('an invalid description throws an error that names the line', () => {
  expect(() => typesOf('syntax = "proto2";\npackage parts;\nmessage {}')).toThrow(/line 3/);
  expect(() => typesOf('syntax = "proto2";\npackage parts;\nmessage Part { optional Nut nut = 1; }')).toThrow(
    /Nut/,
  );
});
