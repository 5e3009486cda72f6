/** One node:test test per case: `testBackend(myBackend())`. */
import { describe, test } from 'node:test';
import type { BackendFactory } from '@oddpixel/contract';
import { cases, runCase } from './index.ts';

/** Declares the suite. */
export function testBackend(factory: BackendFactory): void {
  describe(`conformance of ${factory.name}`, () => {
    for (const testCase of cases()) {
      test(testCase.name, async (context) => {
        const outcome = await runCase(testCase, factory);
        if (outcome !== 'passed') context.skip(outcome.skipped);
      });
    }
  });
}
