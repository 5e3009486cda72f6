/** The project speaks of itself alone: no machine paths, registry hosts or unlicensed packages in tracked files. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, repositoryRoot } from './repository.ts';

const forbidden = '(^|[^A-Za-z0-9.])/(home|root|work)/|https?://registry[.]';

export function checkSelf(): boolean {
  const found = spawnSync(
    'git',
    ['grep', '-nIE', forbidden, '--', '.', ':!pnpm-lock.yaml', ':!tools/check-self.ts'],
    {
      cwd: repositoryRoot,
      encoding: 'utf8',
    },
  );
  const problems = found.stdout.split('\n').filter(Boolean);
  for (const { name, folder } of publishedPackages()) {
    for (const file of ['README.md', 'LICENSE']) {
      if (!existsSync(join(folder, file))) problems.push(`${name}: ${file} is missing`);
    }
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}
