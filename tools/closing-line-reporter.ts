import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import type { TestResult } from './test-tasks.ts';

interface Options {
  /** Where a task of Turborepo leaves its result, from the folder that it runs in. */
  readonly result: string;
}

/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, that any script can read. As a task, it also
 * leaves the counts and the files as JSON, which is cached with the task: `pnpm test` adds them up.
 */
export default class ClosingLineReporter implements Reporter {
  readonly #result: string;
  #root: string = process.cwd();

  constructor({ result }: Options) {
    this.#result = result;
  }

  onInit({ config }: Vitest): void {
    this.#root = config.root;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      const before = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
      // A module that fails to load holds no failed test, yet must not count as a success.
      if (module.state() === 'failed' && failed === before) failed++;
    }
    const files = modules.map(({ moduleId }) => relative(this.#root, moduleId).replaceAll(sep, '/'));
    if (process.env['TURBO_HASH'] !== undefined) this.#write({ passed, failed, skipped, files });
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }

  #write(result: TestResult): void {
    const path = resolve(this.#result);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(result));
  }
}
