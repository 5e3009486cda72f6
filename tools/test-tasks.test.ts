import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trackedFiles, trackedPaths } from './repository.ts';
import { pathsOutside, undeclaredInputs } from './test-inputs.ts';
import { testTasks, totalOf, type TestTask } from './test-tasks.ts';

const tasks = testTasks();

/** Pure packages keep no state besides what a test holds: their test files share processes, which saves a fifth. */
const shared = new Set(['contract', 'dataset', 'graph', 'images', 'model-core', 'preprocess', 'remote']);

test('every test file belongs to one task', () => {
  const files = tasks.flatMap((task) => task.files);
  expect(files.toSorted()).toEqual(trackedPaths('*.test.ts', '*.test.tsx').toSorted());
});

test.each(tasks)('$packageName has the script $script', ({ folder, script }) => {
  const [manifest] = trackedFiles(folder === '' ? 'package.json' : `${folder}/package.json`);
  const { scripts } = JSON.parse(manifest?.text ?? '{}') as { scripts?: Record<string, string> };
  const up = folder.replaceAll(/[^/]+/g, '..');
  const isolation = shared.has(folder.replace('packages/', '')) ? ' --no-isolate' : '';
  const expected = {
    test: `vitest run --root ${up}${isolation} --exclude "**/*.pages.test.ts" ${folder}/`,
    'test:pages': `vitest run --root ${up} --config vitest.pages.config.ts ${folder}/`,
    'test:tools': 'vitest run --exclude "tools/*/**" tools/',
  };
  expect(scripts?.[script]).toBe(expected[script]);
});

test('tests that open a browser are named *.pages.test.ts, and no others', () => {
  const files = trackedFiles('packages/*.test.ts', 'apps/*.test.ts', 'examples/*.test.ts', 'bench/*.test.ts');
  const opening = files.filter(({ text }) => text.includes("'@oddpixel/testing/browser'"));
  const named = files.filter(({ path }) => path.endsWith('.pages.test.ts'));
  expect(opening.map(({ path }) => path)).toEqual(named.map(({ path }) => path));
});

test(
  'every file outside a package that its code names is an input of its tests',
  { timeout: 120_000 },
  () => {
    expect(undeclaredInputs()).toEqual([]);
  },
);

test('paths that leave a package are found, relative ones and those from the root', () => {
  const text = `import { a } from '../../../tools/repository.ts';
    import { b } from '../index.ts';
    const page = new URL('../../../docs/words.md', import.meta.url);
    const file = join(repositoryRoot, 'docs', 'cli.md');
    const folder = join(repositoryRoot, 'packages', name);
    const absent = '../../../nothing.md';`;
  expect(pathsOutside({ path: 'packages/graph/src/a.ts', text }, 'packages/graph')).toEqual([
    'tools/repository.ts',
    'docs/words.md',
    'docs/cli.md',
  ]);
});

test('results are added up; a task without a result and a file that did not run count as failures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oddpixel-results-'));
  const task = (name: string, files: readonly string[]): TestTask => ({
    folder: `packages/${name}`,
    packageName: name,
    script: 'test',
    files,
    resultFile: join(folder, `${name}.json`),
  });
  try {
    const write = (name: string, result: object): void =>
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(result));
    write('a', { passed: 3, failed: 0, skipped: 1, files: ['a.test.ts'] });
    write('b', { passed: 4, failed: 1, skipped: 0, files: ['b.test.ts'] });
    const [a, b, c] = [
      task('a', ['a.test.ts']),
      task('b', ['b.test.ts', 'd.test.ts']),
      task('c', ['c.test.ts']),
    ];
    expect(totalOf([a])).toEqual({ passed: 3, failed: 0, skipped: 1, problems: [] });
    expect(totalOf([a, b, c])).toEqual({
      passed: 7,
      failed: 3,
      skipped: 1,
      problems: [
        'b#test did not run d.test.ts',
        'c#test left no result: it did not run, or ended early; see its output',
      ],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
