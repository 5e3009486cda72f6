/** What is noticed while many images pass by, some of them several times. */
import { type Remark, mergeRemarks } from '@oddpixel/contract';

export interface RemarkCollector {
  add(remarks: readonly Remark[]): void;
  /** Equal ones as one, with every file once. */
  remarks(): Remark[];
}

export function remarkCollector(): RemarkCollector {
  // An image that is read again says the same again: memory holds each only once.
  const noticed = new Map<string, Remark>();
  return {
    add(remarks) {
      for (const remark of remarks) noticed.set(JSON.stringify(remark), remark);
    },
    remarks: () => mergeRemarks(noticed.values()),
  };
}
