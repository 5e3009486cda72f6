/** What the command reads from and writes to: caches that fail, links, devices, pipes. */
import { execFileSync } from 'node:child_process';
import { copyFile, lstat, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inShell, oddpixel, scratchFolder, writeDataset } from '../../test/run-cli.ts';

let folder: string;
let data: string;
let model: string;
const small = ['--size', '64', '--rows', '50', '--device', 'cpu', '--threads', '1'];

beforeAll(async () => {
  folder = await scratchFolder();
  data = join(folder, 'data');
  model = join(folder, 'model.onnx');
  await writeDataset(data);
  const trained = await oddpixel('train', data, '--out', model, ...small);
  expect(trained.code).toBe(0);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const isPosix = process.platform !== 'win32';

test(
  'a cache that cannot be written gives a remark, and training continues',
  { timeout: 90_000 },
  async () => {
    // Below a file there is no folder, and none can be made, not by an administrator either.
    await writeFile(join(folder, 'a-file'), '');
    const out = join(folder, 'without-cache.onnx');
    const cache = join(folder, 'a-file', 'cache');
    const trained = await oddpixel('train', data, '--out', out, '--cache', cache, ...small);
    expect(trained.code).toBe(0);
    expect(trained.stderr).toContain('The cache could not be used, and the work went on without it.');
    expect(await readFile(out)).toEqual(await readFile(model));
  },
);

test.runIf(process.platform === 'linux')(
  'a cache that fills up half-way gives a remark, too',
  { timeout: 90_000 },
  async () => {
    const out = join(folder, 'full-cache.onnx');
    const cache = join(folder, 'small-cache');
    // Entries of images have 49 kB, of features 43 kB: the limit on file sizes lies between.
    const trained = await inShell(
      `(ulimit -f 45; $ODDPIXEL train ${data} --out /dev/fd/3 --cache ${cache} ${small.join(' ')} 3>&1 >/dev/null) | cat > ${out}`,
    );
    expect(trained.stderr).toContain('The cache could not be used');
    expect(await readFile(model)).toEqual(await readFile(out));
    expect((await readdir(cache)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
);

test.runIf(isPosix)('--out keeps a link and writes its file; /dev/null stays a device', async () => {
  await copyFile(model, join(folder, 'target.onnx'));
  await symlink('target.onnx', join(folder, 'link.onnx'));
  const options = ['--threshold', '5', '--standalone', '--out'];
  const exported = await oddpixel('export', model, ...options, join(folder, 'link.onnx'));
  expect(exported).toMatchObject({ code: 0 });
  expect((await lstat(join(folder, 'link.onnx'))).isSymbolicLink()).toBe(true);
  expect((await readFile(join(folder, 'target.onnx'))).equals(await readFile(model))).toBe(false);
  expect(await oddpixel('export', model, ...options, '/dev/null')).toMatchObject({ code: 0 });
  expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
});

test.runIf(process.platform === 'linux')('--out below /proc gives a clear error', async () => {
  const exported = await oddpixel('export', model, '--standalone', '--out', '/proc/x/y.onnx');
  expect(exported.code).toBe(1);
  expect(exported.stderr).toContain('/proc accepts no new files');
});

test.runIf(isPosix)('a pipe or a device as a model is refused at once, by name', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/zero']) {
    const told = await oddpixel('info', path);
    expect(told.code).toBe(1);
    expect(told.stderr).toContain(`Cannot read ${path}: it is a`);
    expect(told.stderr).not.toContain('at ');
  }
});
