/** Limits of a model file, beyond which it is refused. */

export interface ReadLimits {
  /** Largest file, in bytes. ONNX itself ends at 2 GiB. */
  readonly maxFileBytes: number;
  /** Maximum number of nodes, and of inputs, outputs and initializers each. */
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

/** Longest name of a value, node or operator, in characters. */
export const maxNameLength = 1024;
/** Uses of values by all nodes together. */
export const maxConnections = 4_000_000;
/** What constants alone may grow to before any image is there, in elements of all tensors together. */
export const maxConstantElements: number = 2 ** 28;
/** Elements that one operator may make of one image by the numbers in it: enlarging, padding, repeating. */
export const maxGrownElements: number = 2 ** 29;
/** Elements of any other tensor for one image. */
export const maxComputedElements: number = 2 ** 34;
/** Largest width, height and number of channels of an image. */
export const maxImageSize = 8192;
