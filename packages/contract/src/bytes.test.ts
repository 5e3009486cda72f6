import { expect, test } from 'vitest';
import { copyNumbers } from './bytes.ts';

test('a copy shares no memory with its source, not even with a Buffer', () => {
  const sources = [
    Buffer.of(1, 2, 3),
    Uint8Array.of(1, 2, 3),
    Uint16Array.of(1, 2, 3),
    Float32Array.of(1, 2, 3),
  ];
  for (const source of sources) {
    const copy = copyNumbers(source, 2);
    expect([...copy]).toEqual([1, 2]);
    expect(copy.BYTES_PER_ELEMENT).toBe(source.BYTES_PER_ELEMENT);
    copy.fill(9);
    expect([...source]).toEqual([1, 2, 3]);
  }
});
