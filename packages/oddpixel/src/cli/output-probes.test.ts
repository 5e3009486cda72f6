import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileError } from '@oddpixel/contract';
import { checkCacheFolder, probeFile, probeFolder } from './output-probes.ts';
import { oddpixel, scratchFolder, writePicture } from '../../test/run-cli.ts';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFile(at('file'), 'kept');
  await mkdir(at('data', 'good'), { recursive: true });
  for (let i = 0; i < 3; i++) await writePicture(at('data', 'good', `${i}.png`), i);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a writable path passes and leaves no trace', async () => {
  const before = await readdir(folder);
  await probeFile(at('new.onnx'), '--out');
  await probeFile(at('file'), '--out');
  await probeFile(at('missing', 'deeper', 'new.onnx'), '--out');
  await probeFolder(folder, '--out');
  await probeFolder(at('missing', 'deeper'), '--out');
  if (process.platform !== 'win32') await probeFile('/dev/null', '--out');
  expect(await readdir(folder)).toEqual(before);
});

test('links are followed, even to missing files', async () => {
  await symlink(at('later.onnx'), at('link'));
  await symlink(at('loop-b'), at('loop-a'));
  await symlink(at('loop-a'), at('loop-b'));
  await symlink(at('file', 'x'), at('through-a-file'));
  await probeFile(at('link'), '--out');
  for (const path of ['loop-a', 'through-a-file']) {
    await expect(probeFile(at(path), '--out')).rejects.toThrow(FileError);
  }
});

test('an error about an unwritable path names the path, the reason and the option', async () => {
  await expect(probeFile(folder, '--out')).rejects.toThrow(/it is a folder\. Give --out another path/);
  await expect(probeFile(at('file', 'x'), '--checkpoint')).rejects.toThrow(/Give --checkpoint another path/);
  await expect(probeFolder(at('file'), '--report')).rejects.toThrow(/it is not a folder/);
  await expect(probeFile(at('n'.repeat(300)), '--out')).rejects.toThrow(/Cannot write .*nnn/);
  await expect(checkCacheFolder(at('file'))).rejects.toThrow(/it is not a folder/);
  await checkCacheFolder(at('no-cache-yet'));
});

test('every command checks its output paths first', async () => {
  const [data, model] = [at('data'), at('model.onnx')];
  const small = ['--size', '64', '--rows', '20', '--device', 'cpu'];
  expect((await oddpixel('train', data, '--out', model, ...small)).code).toBe(0);
  const wrong = at('file', 'x');
  for (const [option, ...args] of [
    ['--out', 'train', data, ...small],
    ['--checkpoint', 'train', data, '--out', at('m2.onnx'), '--head', 'student', '--checkpoint-every', '1'],
    ['--report', 'evaluate', model, data],
    ['--out', 'add', model, data],
    ['--out', 'export', model, '--threshold', '-1'],
    ['--out', 'demo'],
  ] as const) {
    const { code, stdout, stderr } = await oddpixel(...args, option, wrong);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Give ${option} another path`);
    expect(stderr).not.toContain('device:');
  }
  const cache = await oddpixel('train', data, '--out', model, ...small, '--cache', at('file'));
  expect([cache.code, cache.stderr]).toEqual([1, expect.stringContaining('--cache')]);
}, 60_000);

test('a negative threshold can be given in both notations', async () => {
  const model = at('model.onnx');
  for (const args of [['--threshold', '-1'], ['--threshold=-1']]) {
    const { code } = await oddpixel('export', model, ...args, '--out', at('low.onnx'));
    const info = await oddpixel('info', at('low.onnx'));
    expect([code, info.stdout]).toEqual([0, expect.stringContaining('score -1 (manual)')]);
  }
});

test('an image of more than 10,000 tiles gets no verdict, at once', async () => {
  await writePicture(at('large.png'), 1, { width: 600, height: 400 });
  const args = ['--tile', '64', '--overlap', '63', '--device', 'cpu'];
  const { code, stdout, stderr } = await oddpixel('predict', at('model.onnx'), at('large.png'), ...args);
  expect([code, stdout]).toEqual([1, expect.stringContaining('1 file without a verdict')]);
  expect(stderr).toMatch(
    /large\.png: --tile and --overlap: expected at most 10000 tiles per image, received 180969/,
  );
});
