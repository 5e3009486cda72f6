/** IEEE 754 half precision as 16 bits, for hosts without Float16Array. */

const scratch: DataView = new DataView(new ArrayBuffer(4));

/** The number that 16 bits stand for. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half precision number, ties to even, as 16 bits. */
export function numberToFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65_520) return sign | 0x7c00;

  // The spacing of half precision numbers around `magnitude`; below 2^-14 it is the subnormals' 2^-24.
  const exponent = Math.max(exponentOf(magnitude), -14);
  const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // For normal numbers `steps` is 1024..2048; 2048 carries into the exponent by plain addition.
  return exponent === -14 ? sign | steps : sign | (((exponent + 14) << 10) + steps);
}

/** The number rounded to half precision. */
export function roundToFloat16(value: number): number {
  return float16ToNumber(numberToFloat16(value));
}

/** To the nearest integer, ties to the even one. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function exponentOf(magnitude: number): number {
  scratch.setFloat32(0, magnitude);
  return ((scratch.getUint32(0) >> 23) & 0xff) - 127;
}
