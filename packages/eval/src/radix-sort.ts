/** Sorting many unsigned integers: three passes over 11 bits each, several times faster than the built-in sort. */

const digits = [
  { shift: 0, size: 2048 },
  { shift: 11, size: 2048 },
  { shift: 22, size: 1024 },
] as const;

/**
 * Sorts `keys` ascending, with `spare` of the same length as scratch space.
 *
 * @returns whichever of the two holds the sorted keys.
 */
export function radixSort(keys: Uint32Array, spare: Uint32Array): Uint32Array {
  let from = keys;
  let to = spare;
  for (const { shift, size } of digits) {
    const ends = new Uint32Array(size);
    const digitOf = (key: number): number => (key >>> shift) & (size - 1);
    for (let i = 0; i < from.length; i++) add(ends, digitOf(from[i] as number), 1);
    // Neighbouring values share their leading bits: a pass in which nothing would move is left out.
    if (ends.includes(from.length)) continue;
    for (let digit = 1; digit < size; digit++) add(ends, digit, ends[digit - 1] as number);
    for (let i = from.length - 1; i >= 0; i--) {
      const key = from[i] as number;
      to[add(ends, digitOf(key), -1)] = key;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Adds to an element and returns its new value. */
function add(array: Uint32Array, index: number, amount: number): number {
  return (array[index] = (array[index] as number) + amount);
}
