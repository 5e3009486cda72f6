/** Which IR version goes with which version of the standard operator set. */

const irVersions: Readonly<Record<number, number>> = {
  11: 6,
  12: 7,
  13: 7,
  14: 7,
  15: 8,
  16: 8,
  17: 8,
  18: 8,
  19: 9,
  20: 9,
  21: 10,
  22: 10,
  23: 11,
};

/** The IR version that ONNX released together with the opset. */
export function irVersionFor(opset: number): number {
  return irVersions[opset] ?? (opset < 11 ? 5 : 11);
}
