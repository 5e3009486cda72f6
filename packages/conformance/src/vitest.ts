/** One vitest test per case: `testBackend(myBackend())`. */
import { afterAll, describe, test } from 'vitest';
import type { BackendFactory } from '@oddpixel/contract';
import { cases, runCase } from './index.ts';

export interface TestBackendOptions {
  /** Milliseconds per case. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Declares the suite; at its end, what ran and what was skipped is printed. */
export function testBackend(factory: BackendFactory, { timeoutMs = 30_000 }: TestBackendOptions = {}): void {
  describe(`conformance of ${factory.name}`, () => {
    let run = 0;
    const skipped: string[] = [];
    for (const testCase of cases()) {
      test(testCase.name, { timeout: timeoutMs }, async (context) => {
        const outcome = await runCase(testCase, factory);
        if (outcome === 'passed') return void run++;
        skipped.push(`${testCase.name} (${outcome.skipped})`);
        return context.skip(outcome.skipped);
      });
    }
    afterAll(() => {
      const list = skipped.map((line) => `\n  skipped ${line}`).join('');
      // eslint-disable-next-line no-console
      console.log(`${factory.name}: ${run} cases passed, ${skipped.length} skipped${list}`);
    });
  });
}
