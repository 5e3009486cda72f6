import type { ParameterOptions, ParameterValues } from '@oddpixel/contract';

/** Default, range and meaning of each parameter. */
export const memoryParameters = {
  numRows: {
    type: 'integer',
    default: 4000,
    min: 1,
    max: 1_000_000,
    unit: 'row',
    about: 'number of coreset rows; fewer if there are fewer patches',
  },
} as const;

/** Values of `memoryParameters`, which states what they mean. */
export interface MemoryParams extends ParameterValues<typeof memoryParameters> {}
export interface MemoryOptions extends ParameterOptions<typeof memoryParameters> {}

/** The name in the manifest. */
export const memoryType = 'memory';
