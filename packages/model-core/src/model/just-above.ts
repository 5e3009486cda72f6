/** The next float32 above a float32 value: scores leave the graph as float32. */
export function justAbove(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  const rounded = float[0] as number;
  // Rounding up to float32 already gave a larger number.
  if (rounded > value || !Number.isFinite(rounded)) return rounded;
  if (rounded === 0) return 2 ** -149;
  bits[0] = (bits[0] as number) + (rounded > 0 ? 1 : -1);
  return float[0] as number;
}
