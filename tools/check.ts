/**
 * `pnpm check`: everything that must hold besides the tests. Runs every step, then lists those that failed.
 * `pnpm check types law` runs only the named steps.
 */
import { spawnSync } from 'node:child_process';
import { checkAdvisories } from './advisories.ts';
import { checkApi } from './check-api.ts';
import { checkHeads } from './check-heads.ts';
import { checkLengths } from './check-lengths.ts';
import { checkPackages } from './check-packages.ts';
import { checkRanges } from './check-ranges.ts';
import { checkSelf } from './check-self.ts';
import { checkSizes } from './check-sizes.ts';
import { checkSpreads } from './check-spreads.ts';
import { checkWorkflows } from './check-workflows.ts';
import { checkGenerated } from './generate.ts';
import { repositoryRoot } from './repository.ts';
import { checkSbom } from './sbom.ts';

type Step = () => Promise<boolean> | boolean;

const run =
  (command: string, ...args: string[]): Step =>
  () =>
    spawnSync(command, args, { cwd: repositoryRoot, stdio: 'inherit', shell: process.platform === 'win32' })
      .status === 0;

const steps: Record<string, Step> = {
  lint: run('oxlint', '--deny-warnings'),
  format: run('prettier', '--check', '--cache', '--cache-strategy=content', '--log-level', 'warn', '.'),
  types: run('node', 'tools/turbo.mjs', 'run', 'types', '--output-logs=errors-only'),
  law: run('depcruise', 'packages', 'apps', '--output-type', 'err'),
  unused: run('knip', '--no-progress'),
  self: checkSelf,
  spreads: checkSpreads,
  heads: checkHeads,
  ranges: checkRanges,
  lengths: checkLengths,
  generated: checkGenerated,
  workflows: checkWorkflows,
  advisories: checkAdvisories,
  sbom: checkSbom,
  build: run('node', 'tools/turbo.mjs', 'run', 'build', '--output-logs=errors-only'),
  api: checkApi,
  packages: checkPackages,
  sizes: checkSizes,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`Unknown step ${unknown.join(', ')}. Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
const failed: string[] = [];
for (const [name, step] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n— ${name}`);
  if (!(await step())) failed.push(name);
}
console.log(failed.length === 0 ? '\ncheck: all steps passed' : `\ncheck: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
