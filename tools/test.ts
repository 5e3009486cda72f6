/**
 * `pnpm test [FOLDER…] [--force]`: builds, then runs the tests of every package, or of those in the named folders, as
 * tasks of Turborepo. Tests whose inputs are those of a run that passed are not run again: their counts come from the
 * cache. `--force` runs all. The last line is `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { repositoryRoot } from './repository.ts';
import { describeHost } from './test-host.ts';
import { testTasks, totalOf } from './test-tasks.ts';

const { values, positionals } = parseArgs({
  options: { force: { type: 'boolean' } },
  allowPositionals: true,
});
const folders = positionals.map((folder) => folder.replace(/\/+$/, ''));
const all = testTasks();
const unknown = folders.filter((name) => !all.some(({ folder }) => folder === name));
if (unknown.length > 0) {
  const known = [...new Set(all.map(({ folder }) => folder))].filter((folder) => folder !== '');
  console.error(`No tests in ${unknown.join(', ')}. Folders with tests: ${known.join(', ')}.`);
  process.exit(2);
}
const tasks = folders.length === 0 ? all : all.filter(({ folder }) => folders.includes(folder));

for (const { resultFile } of tasks) rmSync(resultFile, { force: true });
const filters = folders.map((folder) => `--filter=./${folder}`);
const scripts = new Set(tasks.map(({ script }) => script));
const options = [
  ...filters,
  ...(values.force === true ? ['--force'] : []),
  '--continue=dependencies-successful',
  '--output-logs=new-only',
  // Each Vitest has as many workers as there are processors but one: more at a time would only wait.
  `--concurrency=${Math.max(1, Math.floor(availableParallelism() / 2))}`,
];
const status = turbo('run', 'build', ...filters) || turbo('run', ...scripts, ...options);
const { passed, failed, skipped, problems } = totalOf(tasks);
for (const problem of problems) console.error(problem);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === 0 && failed === 0 ? 0 : 1);

/** The exit code. */
function turbo(...args: readonly string[]): number {
  const { status: code } = spawnSync(process.execPath, ['tools/turbo.mjs', ...args], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ODDPIXEL_TEST_HOST: describeHost() },
  });
  return code ?? 1;
}
