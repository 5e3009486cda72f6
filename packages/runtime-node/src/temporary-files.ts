/**
 * Temporary files beside the files that they become, and their removal when the process that wrote them was killed.
 *
 * Name: `.oddpixel-HOST-PID-RANDOM.tmp`, short whatever the final name is. HOST is a hash of the host's name and of its
 * process ids' namespace: folders may be shared by hosts and containers, where the same number is another process.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';

/** A path that no file has, in the folder of the file that it is to become. */
export function temporaryPath(folder: string): string {
  return join(folder, `.oddpixel-${hostTag()}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

const ownPattern = /^\.oddpixel-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/;

/** Of version 0.1: the final name, the process id. */
const formerPattern = /^\..+\.(\d+)-[0-9a-f]{12}\.tmp$/;

/** A temporary file is written within minutes; one of this age is nobody's, whichever process had its number. */
const staleAfterMs = 24 * 60 * 60 * 1000;

const swept = new Map<string, Promise<void>>();

/** Removes what killed processes left in a folder: once per folder and process. Never fails. */
export function sweepOnce(folder: string): Promise<void> {
  const key = resolve(folder);
  const started = swept.get(key) ?? sweep(key).catch(() => {});
  swept.set(key, started);
  return started;
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isStale(name, path)) await rm(path, { force: true }).catch(() => {});
  }
}

async function isStale(name: string, path: string): Promise<boolean> {
  const [, host, pid] = ownPattern.exec(name) ?? [];
  if (host === undefined && !formerPattern.test(name)) return false;
  if (host === hostTag() && !isAlive(Number(pid))) return true;
  const information = await stat(path).catch(() => undefined);
  return information !== undefined && Date.now() - information.mtimeMs > staleAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

let tag: string | undefined;

function hostTag(): string {
  if (tag === undefined) {
    const hash = createHash('sha256').update(`${hostname()}\n${processNamespace()}`);
    tag = hash.digest('hex').slice(0, 8);
  }
  return tag;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
