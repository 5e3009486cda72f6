import type { ModelManifest } from '@oddpixel/contract';
import { memoryType } from './parameters.ts';

/** Whether good images can be added to the model without training anew. */
export function canAddImages({ head, training }: ModelManifest): boolean {
  return head?.type === memoryType && training?.figures['coverageRadius'] !== undefined;
}
