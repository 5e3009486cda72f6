import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workflowProblems, workflows } from './check-workflows.ts';
import { repositoryRoot } from './repository.ts';

test('our workflows are sound', async () => {
  const files = workflows();
  expect(files.map(({ path }) => path)).toContain('.github/workflows/ci.yml');
  expect(await workflowProblems(files)).toEqual([]);
});

test('a key and a variable that do not exist are named with their places', async () => {
  const text = readFileSync(join(repositoryRoot, '.github/workflows/ci.yml'), 'utf8')
    .replace('timeout-minutes', 'timeout-minuts')
    .replaceAll('matrix.node', 'matrix.nodes');
  const problems = await workflowProblems([{ path: 'ci.yml', text }]);
  expect(problems.join('\n')).toMatch(/ci\.yml:\d+:\d+: unexpected key "timeout-minuts"/);
  expect(problems.join('\n')).toMatch(/ci\.yml:\d+:\d+: property "nodes" is not defined/);
});

test('the commands of the README and CONTRIBUTING run on three systems with three versions of Node.js', () => {
  const text = workflows().find(({ path }) => path.endsWith('/ci.yml'))?.text ?? '';
  expect(text).toContain('os: [ubuntu-latest, windows-latest, macos-latest]');
  expect(text).toContain('node: [20, 22, 24]');
  for (const command of ['build', 'check', 'test'])
    expect(text).toContain(`run: npx -y pnpm@12 ${command}\n`);
});
