import { fillParameters } from '@oddpixel/contract';
import type { Head } from '../../train/head.ts';
import { fitMemory } from './fit-memory.ts';
import { type MemoryOptions, memoryParameters, memoryType } from './parameters.ts';

/**
 * The memory head: see README.md beside this file.
 *
 * @throws ParameterError
 */
export function memory(options: MemoryOptions = {}): Head {
  const params = fillParameters(memoryParameters, options);
  return {
    type: memoryType,
    parameters: { ...params },
    fit: (backbone, samples, fitOptions) => fitMemory(backbone, samples, params, fitOptions),
  };
}
