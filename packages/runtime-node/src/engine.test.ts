import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const child = fileURLToPath(new URL('../test/engine-child.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What came of using the engine in one way, and the files that it left in an empty home. */
async function use(
  way: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<{ outcome: string; files: string[] }> {
  const home = await mkdtemp(join(tmpdir(), 'oddpixel-home-'));
  // Neither CI nor XDG_*: the engine reports nothing if CI is set.
  const { PATH, SystemRoot } = process.env;
  const places = { HOME: home, USERPROFILE: home, LOCALAPPDATA: home, APPDATA: home };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--conditions=@oddpixel/source', child, way],
    { cwd: root, env: { PATH, SystemRoot, ...places, ...variables } },
  );
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  await rm(home, { recursive: true });
  return {
    outcome: JSON.parse(stdout) as string,
    files: entries.filter((entry) => entry.isFile()).map(({ name }) => name),
  };
}

const timeout = 120_000;

describe('the engine runs and leaves nothing in the home', () => {
  test.each([
    'main thread',
    'pool',
    'variable set to 0',
    'engine imported before',
    'engine used before, telemetry off',
    "user's worker, environment shared",
    "user's worker, switched off before",
    "user's worker, switched off after it was started",
    "user's worker after the main thread",
    "our worker in a user's worker, switched off before",
  ])('%s', { timeout }, async (way) => {
    expect(await use(way)).toEqual({ outcome: 'ran', files: [] });
  });

  test("a user's worker in a program started with the variable", { timeout }, async () => {
    for (const value of ['1', 'true']) {
      const { outcome, files } = await use("user's worker", { ORT_DISABLE_TELEMETRY: value });
      expect({ outcome, files }).toEqual({ outcome: 'ran', files: [] });
    }
  });
});

describe('the backend does not open, and nothing is left in the home, if telemetry cannot be switched off', () => {
  test.each([
    "user's worker",
    "user's worker with a variable of its own",
    "our worker in a user's worker",
    "worker in a user's worker",
  ])('%s', { timeout }, async (way) => {
    const { outcome, files } = await use(way);
    expect(outcome).toMatch(
      /^BACKEND_UNAVAILABLE: .* is not available: the engine's telemetry cannot be switched off from a worker/,
    );
    expect(outcome).toContain('Call disableEngineTelemetry() of @oddpixel/runtime-node in the main thread');
    expect(files).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'an engine that was used before with its telemetry on, whose files prove that these tests can fail',
    { timeout },
    async () => {
      const { outcome, files } = await use('engine used before');
      expect(outcome).toMatch(/^BACKEND_UNAVAILABLE: .*used before in this process with its telemetry on/);
      expect(files.toSorted()).toEqual(['deviceid', 'onnxruntime.db']);
    },
  );
});

test('importing the package loads no native engine', { timeout }, async () => {
  expect(await use('import alone')).toEqual({ outcome: '0', files: [] });
});

test(
  'an engine that cannot be loaded is a BackendUnavailableError with its reason',
  { timeout },
  async () => {
    const { outcome } = await use('engine that cannot be loaded');
    expect(outcome).toMatch(
      /^BACKEND_UNAVAILABLE: .*cannot be loaded \(another version is loaded\)\. If another/,
    );
  },
);
