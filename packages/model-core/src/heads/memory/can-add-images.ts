import type { HeadRecord, ModelManifest, TrainingRecord } from '@oddpixel/contract';
import { memoryType } from './parameters.ts';

/** What adding images needs to know of a model. */
export interface Extensible {
  readonly head: HeadRecord;
  readonly training: TrainingRecord;
  /** Patches farther than this from the bank are new to it. */
  readonly coverageRadius: number;
}

/** `undefined` if no images can be added to the model without training it again. */
export function extensible({ head, training }: ModelManifest): Extensible | undefined {
  const coverageRadius = training?.figures['coverageRadius'];
  if (head?.type !== memoryType || training === undefined || coverageRadius === undefined) return undefined;
  return { head, training, coverageRadius };
}

/** Whether good images can be added to the model without training it again. */
export function canAddImages(manifest: ModelManifest): boolean {
  return extensible(manifest) !== undefined;
}
