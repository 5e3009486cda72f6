/**
 * Nothing is left in an empty home and nothing is sent: the command line, the Node API by an example, and the
 * commands of the repository. `CI` is unset, since the engine reports nothing if it is set.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { writeDataset, writePicture } from '../../test/run-cli.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const hasStrace = works('strace', '-f', '--seccomp-bpf', '-e', 'trace=connect', 'true');
const timeout = 240_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-privacy-'));
  await writeDataset(join(folder, 'parts'));
  await writePicture(join(folder, 'parts/test/scratch/000.png'), 50, { blot: [0.3, 0.4] });
}, timeout);
afterAll(() => rm(folder, { recursive: true }));

function works(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Traces {
  readonly code: number;
  /** stdout and stderr. */
  readonly said: string;
  /** Paths of files in the home. */
  readonly files: readonly string[];
  /** Calls that connect to an address of a network; without strace none is seen. */
  readonly connections: readonly string[];
}

/** Runs a program of Node's in an empty home and looks at what it left and whom it called. */
async function trace(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Traces> {
  const place = await mkdtemp(join(tmpdir(), 'oddpixel-home-'));
  const home = join(place, 'home');
  await mkdir(home);
  const calls = join(place, 'calls');
  const { PATH, SystemRoot } = process.env;
  const places = { HOME: home, USERPROFILE: home, LOCALAPPDATA: home, APPDATA: home };
  const command = [process.execPath, ...args];
  const traced = hasStrace
    ? ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=connect', '-o', calls, ...command]
    : command;
  const [program = '', ...rest] = traced;
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    const options = { cwd: folder, env: { PATH, SystemRoot, ...places, ...variables }, maxBuffer: 2 ** 26 };
    execFile(program, rest, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const log = hasStrace ? await readFile(calls, 'utf8') : '';
  await rm(place, { recursive: true });
  return {
    code,
    said,
    files: entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)),
    connections: log.split('\n').filter((line) => /sa_family=AF_INET/.test(line)),
  };
}

const clean = { code: 0, files: [], connections: [] };
const suffix = hasStrace ? '' : ' [connections not looked at: no strace]';

describe(`no file in the home, no connection${suffix}`, () => {
  test('from oddpixel dataset, train, evaluate, predict and devices', { timeout }, async () => {
    const commands = [
      ['dataset', 'parts'],
      ['train', 'parts', '--out', 'model.onnx', '--size', '64', '--device', 'cpu'],
      ['evaluate', 'model.onnx', 'parts', '--report', 'report'],
      ['predict', 'model.onnx', 'parts/test', '--out', 'pictures', '--device', 'cpu'],
      ['info', 'model.onnx'],
      ['devices'],
      ['demo', '--out', 'demo', '--device', 'cpu'],
    ];
    for (const command of commands) {
      expect({ command, ...(await trace([main, ...command])) }).toMatchObject({ command, ...clean });
    }
  });

  test('from the example of the Node API', { timeout }, async () => {
    const example = join(repositoryRoot, 'examples/node-api/node-api.ts');
    const loader = import.meta.resolve('tsx');
    expect(await trace(['--import', loader, '--conditions=@oddpixel/source', example])).toMatchObject(clean);
  });

  test('from the build, which prints no notice of telemetry either', { timeout }, async () => {
    const turbo = join(repositoryRoot, 'tools/turbo.mjs');
    const traces = await trace([turbo, 'run', 'build', '--dry-run', `--cwd=${repositoryRoot}`]);
    expect(traces).toMatchObject(clean);
    expect(traces.said).not.toMatch(/telemetry|opt-out|tracking/i);
  });

  test.skipIf(!hasStrace)(
    `a program that connects is seen${hasStrace ? '' : ' [skipped: no strace]'}`,
    { timeout },
    async () => {
      const program = `require('node:net').connect(9, '127.0.0.1').on('error', () => require('node:fs').writeFileSync(process.env.HOME + '/x', ''))`;
      const { files, connections } = await trace(['-e', program]);
      expect([files.length, connections.length]).toEqual([1, 1]);
    },
  );
});
