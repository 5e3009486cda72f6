/** Bytes in one piece, and copies of numbers. */

/** The parts one after another, copied. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The first `length` numbers, copied. `data.slice()` is no copy if a caller passes a `Buffer`, which is a `Uint8Array`
 * whose `slice` is a view: what comes from outside is copied by this.
 */
export function copyNumbers<T extends Uint8Array | Uint16Array | Float32Array>(
  data: T,
  length: number = data.length,
): T {
  return Uint8Array.prototype.slice.call(data, 0, length) as T;
}
