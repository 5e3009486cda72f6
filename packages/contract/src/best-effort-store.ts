/** A store for work that can do without: a full disk or a read-only folder costs time, never the work. */
import type { Store } from './files.ts';
import { ParameterError } from './errors.ts';
import type { Remark } from './remark.ts';

export interface BestEffortStore extends Store {
  /** Empty, or one remark of the code `cacheUnusable` with the first failure. Complete once the work has ended. */
  readonly remarks: readonly Remark[];
}

/**
 * What cannot be read counts as absent; after the first failed `put` nothing is written any more. Wrong keys are
 * mistakes of the caller and still thrown.
 */
export function bestEffortStore(store: Store): BestEffortStore {
  const remarks: Remark[] = [];
  let isWritable = true;
  const failed = (error: unknown): undefined => {
    if (error instanceof ParameterError) throw error;
    if (remarks.length > 0) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The cache could not be used, and the work went on without it. ${reason}`;
    remarks.push({ code: 'cacheUnusable', message });
  };
  return {
    remarks,
    get: (key) => store.get(key).catch(failed),
    async put(key, bytes): Promise<void> {
      if (!isWritable) return;
      await store.put(key, bytes).catch((error: unknown) => {
        isWritable = false;
        failed(error);
      });
    },
    delete: (key) => store.delete(key).catch(failed),
  };
}
