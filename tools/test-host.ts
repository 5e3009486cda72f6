/**
 * What tests depend on besides the files of the repository: this machine, its programs, the browser, the reference
 * data. Turborepo hashes the text, so that a result is taken from the cache only if it would be the same.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { arch, availableParallelism, platform, release } from 'node:os';
import { delimiter, join } from 'node:path';
import { findChromium } from './testing/src/browser.ts';
import { referenceRoot } from './testing/src/index.ts';

/** Programs that tests start if there are any. */
const programs = ['bash', 'git', 'mkfifo', 'pnpm', 'strace', 'unshare'];

const drivers = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/opt/google/chrome/vk_swiftshader_icd.json'];

export function describeHost(): string {
  const parts: Record<string, string> = {
    node: process.version,
    system: `${platform()} ${arch()} ${release()}`,
    processors: String(availableParallelism()),
    user: process.getuid?.() === 0 ? 'root' : 'other',
    chromium: fileState(findChromium()),
    reference: folderState(referenceRoot),
    torch: torchVersion(),
  };
  for (const path of drivers) parts[path] = fileState(path);
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of programs) {
    parts[name] = folders.some((folder) => existsSync(join(folder, name))) ? 'present' : 'absent';
  }
  return Object.entries(parts)
    .map(([name, state]) => `${name}: ${state}`)
    .join('; ');
}

function fileState(path: string | undefined): string {
  const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'absent' : `${path} ${stat.size} ${stat.mtimeMs}`;
}

/** Names, sizes and times of all files in the folders below; what lies beside these folders is not data. */
function folderState(folder: string): string {
  if (!existsSync(folder)) return 'absent';
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    for (const path of readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).sort()) {
      const stat = statSync(join(folder, name, path), { throwIfNoEntry: false });
      hash.update(`${name}/${path} ${stat?.size} ${stat?.mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function torchVersion(): string {
  const find = 'import importlib.metadata as m; print(m.version("torch"))';
  const { status, stdout } = spawnSync(process.env['PYTHON'] ?? 'python3', ['-c', find], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'absent';
}
