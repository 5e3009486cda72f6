import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { referenceBackend as myBackend } from '@oddpixel/graph/reference';
import { formatSummary, runCases } from './index.ts';

async function example(console: { log(text: string): void }): Promise<boolean> {
  // #region example
  const summary = await runCases(myBackend());
  console.log(formatSummary(summary)); // what ran, what was skipped and why, what failed and how
  const conforms = summary.failed.length === 0;
  // #endregion
  return conforms;
}

test('the README example works', async () => {
  const lines: string[] = [];
  expect(await example({ log: (text) => lines.push(text) })).toBe(true);
  expect(lines[0]).toMatch(/^\d+ cases run/);
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
