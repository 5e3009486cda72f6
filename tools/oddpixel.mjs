// `pnpm oddpixel …` runs the built command line from any clone, building it first where needed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('../packages/oddpixel/dist/main.js', import.meta.url));

const turbo = fileURLToPath(new URL('turbo.mjs', import.meta.url));
const build = spawnSync(
  process.execPath,
  [turbo, 'run', 'build', '--filter=oddpixel', '--output-logs=errors-only'],
  // stdout belongs to the command's own output.
  { cwd: root, stdio: ['ignore', 2, 2] },
);
if (build.status !== 0) process.exit(1);

const run = spawnSync(process.execPath, [main, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
