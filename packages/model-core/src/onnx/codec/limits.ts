/** What a model file may ask for before it is refused. */

export interface ReadLimits {
  /** Largest file, in bytes. ONNX itself ends at 2 GiB. */
  readonly maxFileBytes: number;
  readonly maxNodes: number;
  /** Largest tensor, in elements. */
  readonly maxElements: number;
  readonly maxRank: number;
}

export const defaultReadLimits: ReadLimits = {
  maxFileBytes: 2 ** 31 - 1,
  maxNodes: 200_000,
  maxElements: 2 ** 30,
  maxRank: 16,
};
