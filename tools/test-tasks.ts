/** Which tasks run which tests, by what git tracks, and what they left: counts, and files that no task ran. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, trackedFiles, trackedPaths } from './repository.ts';

export interface TestTask {
  /** The package's folder, from the root of the repository; empty for the tools, which are not a package. */
  readonly folder: string;
  /** The package's name; `//` is Turborepo's for the root. */
  readonly packageName: string;
  /** The script of its `package.json`. */
  readonly script: 'test' | 'test:pages' | 'test:tools';
  /** The test files it has to run, from the root of the repository. */
  readonly files: readonly string[];
  /** Where it leaves a `TestResult`: set in the configuration of Vitest. */
  readonly resultFile: string;
}

/** As the reporter writes it. */
export interface TestResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The test files that ran, from the root of the repository. */
  readonly files: readonly string[];
}

/** A test file belongs to the innermost package around it, and to a task of its own if it opens pages in a browser. */
export function testTasks(): TestTask[] {
  const names = new Map(
    trackedFiles('package.json', '*/package.json').map(({ path, text }) => [
      path.replace(/\/?package\.json$/, ''),
      (JSON.parse(text) as { name: string }).name,
    ]),
  );
  const innermost = [...names.keys()].sort((a, b) => b.length - a.length);
  const tasks = new Map<string, TestTask & { readonly files: string[] }>();
  for (const file of trackedPaths('*.test.ts', '*.test.tsx')) {
    const folder = innermost.find((name) => name === '' || file.startsWith(`${name}/`)) ?? '';
    const isPages = /\.pages\.test\.tsx?$/.test(file);
    const script = isPages ? 'test:pages' : folder === '' ? 'test:tools' : 'test';
    const resultFile = join(repositoryRoot, folder, '.turbo', isPages ? 'test-pages.json' : 'test.json');
    const packageName = folder === '' ? '//' : (names.get(folder) ?? folder);
    const known = tasks.get(resultFile) ?? { folder, packageName, script, files: [], resultFile };
    known.files.push(file);
    tasks.set(resultFile, known);
  }
  return [...tasks.values()];
}

export interface Total {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tasks without a result, and test files that no task ran. */
  readonly problems: readonly string[];
}

/** Adds up what the tasks left. Every problem counts as a failed test. */
export function totalOf(tasks: readonly TestTask[]): Total {
  const problems: string[] = [];
  let [passed, failed, skipped] = [0, 0, 0];
  for (const { packageName, script, files, resultFile } of tasks) {
    if (!existsSync(resultFile)) {
      problems.push(
        `${packageName}#${script} left no result: it did not run, or ended early; see its output`,
      );
      continue;
    }
    const result = JSON.parse(readFileSync(resultFile, 'utf8')) as TestResult;
    passed += result.passed;
    failed += result.failed;
    skipped += result.skipped;
    const ran = new Set(result.files);
    for (const file of files) {
      if (!ran.has(file)) problems.push(`${packageName}#${script} did not run ${file}`);
    }
  }
  return { passed, failed: failed + problems.length, skipped, problems };
}
