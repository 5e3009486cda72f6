/**
 * Finds a Chromium for the tests of pages, or installs one: Playwright's, else the system's package. If neither
 * is available, those tests are skipped with a visible reason.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findChromium } from './testing/src/browser.ts';

function run(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
  return status === 0;
}

function installPlaywrights(): boolean {
  // The command line is a file of the package, but none of its exports.
  const { resolve } = createRequire(new URL('testing/src/browser.ts', import.meta.url));
  const cli = join(dirname(resolve('playwright-core/package.json')), 'cli.js');
  return run(process.execPath, [cli, 'install', 'chromium']);
}

function installSystems(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'chromium']);
}

let path = findChromium();
if (path === undefined) {
  console.log('no Chromium found: installing one');
  if (installPlaywrights() || installSystems()) path = findChromium();
}
console.log(
  path === undefined
    ? 'no Chromium: tests of pages will be skipped. Install Chromium or Chrome, or set CHROME_PATH.'
    : `pages are tested in ${path}`,
);
