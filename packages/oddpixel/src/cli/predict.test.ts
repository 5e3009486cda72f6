import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonOutputs, predictLine } from '../../test/json-output.ts';
import { inShell, oddpixel, scratchFolder, writePicture } from '../../test/run-cli.ts';

let folder: string;
let model: string;
let good: string;

beforeAll(async () => {
  folder = await scratchFolder();
  model = join(folder, 'model.onnx');
  for (let i = 0; i < 6; i++) await writePicture(join(folder, 'train', 'good', `${i}.png`), i);
  good = join(folder, 'train', 'good', '0.png');
  const args = ['--size', '96x64', '--rows', '50', '--device', 'cpu'];
  expect((await oddpixel('train', join(folder, 'train'), '--out', model, ...args)).code).toBe(0);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const predict = (...args: string[]): ReturnType<typeof oddpixel> =>
  oddpixel('predict', model, ...args, '--device', 'cpu');

/** A folder with copies of a good image. */
async function images(name: string, ...paths: string[]): Promise<string> {
  const root = join(folder, name);
  for (const path of paths) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await copyFile(good, join(root, path));
  }
  return root;
}

test('every image has its own pictures, in the subfolders of the images', async () => {
  const root = await images('tree', 'a/part.png', 'b/part.png', 'c/part-2.png', 'c/part.jpg', 'c/part.png');
  const out = join(folder, 'tree-out');
  const { stdout } = await predict(root, '--out', out, '--json');
  const { images: found } = jsonOutputs.predict.parse(JSON.parse(stdout));
  const files = found.flatMap((image) => image.files);
  expect(new Set(files).size).toBe(10);
  expect(files).toContain(join(out, 'a', 'part.overlay.png'));
  expect(files).toContain(join(out, 'c', 'part.jpg.map.png'));
  for (const file of files) expect(existsSync(file)).toBe(true);
});

test('several folders keep their names; a file that is given twice has pictures twice', async () => {
  const [first, second] = [await images('one', 'x.png'), await images('two', 'x.png')];
  const out = join(folder, 'several-out');
  const { stdout } = await predict(first, second, good, good, '--out', out, '--map', 'none', '--json');
  const files = jsonOutputs.predict.parse(JSON.parse(stdout)).images.flatMap((image) => image.files);
  const expected = ['0', '0-2', 'one/x', 'two/x'].map((name) => join(out, `${name}.overlay.png`));
  expect(files.sort()).toEqual(expected.sort());
});

test('pictures of an earlier run are not inspected, wherever they lie', async () => {
  const inside = await images('inside', '0.png', '1.png');
  const beside = await images('beside', '0.png', '1.png');
  for (const [root, out] of [
    [inside, join(inside, 'pictures')],
    [beside, beside],
  ] as const) {
    for (const told of ['0 of 2 nok · pictures', '0 of 2 nok · 4 pictures of an earlier run left out']) {
      const { code, stdout } = await predict(root, '--out', out);
      expect([code, stdout]).toEqual([0, expect.stringContaining(told)]);
    }
  }
  // For another output folder they are recognized by their names.
  expect((await predict(inside, '--out', join(folder, 'elsewhere'))).stdout).toContain(
    '0 of 2 nok · 4 pictures',
  );
});

test('every entry of a folder is inspected, skipped with a reason, or has failed', async () => {
  const root = await images('entries', 'a.png', '__MACOSX/a.png', 'ground_truth/a_mask.png');
  await symlink(join(root, 'nowhere'), join(root, 'gone.png'));
  await symlink('.', join(root, 'loop'));
  await writeFile(join(root, 'notes.txt'), 'text');
  const { code, stdout } = await predict(root, '--json', '--fail-on-nok');
  const { images: found, failures, skipped } = jsonOutputs.predict.parse(JSON.parse(stdout));
  expect(found.map(({ file }) => file)).toEqual([join(root, 'a.png')]);
  expect(failures.map(({ file }) => file)).toEqual([join(root, 'gone.png')]);
  expect(failures[0]?.error).toMatch(/link that leads nowhere/);
  expect(skipped.map(({ file }) => file).sort()).toEqual(
    ['__MACOSX', 'ground_truth/a_mask.png', 'loop', 'notes.txt'].map((name) => join(root, name)),
  );
  expect(code).toBe(1);
  const told = (await predict(root)).stdout;
  expect(told).toContain('0 of 1 nok · 1 file without a verdict · 4 skipped');
});

test.skipIf(process.platform !== 'linux')('a name that is not UTF-8 is a failure', async () => {
  const root = await images('bytes', 'a.png');
  await inShell(`cp '${good}' "$(printf '${root}/caf\\351.png')"`);
  const { code, stdout } = await predict(root, '--fail-on-nok');
  expect([code, stdout]).toEqual([1, expect.stringContaining('0 of 1 nok · 1 file without a verdict')]);
});

test.skipIf(process.platform === 'win32')('a name cannot forge a row', async () => {
  const root = await images('forged', 'x\nok  0.1  other.png', '\x1b[2Jy.png');
  const { stdout } = await predict(root);
  expect(stdout.trimEnd().split('\n')).toHaveLength(4);
  expect(stdout).not.toContain('\x1b');
});

test('--jsonl prints lines one by one and ends with a summary', async () => {
  const root = await images('lines', '0.png', '1.png');
  await writeFile(join(root, '2.png'), 'no picture');
  const { code, stdout } = await predict(root, '--jsonl');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => predictLine.parse(JSON.parse(line)));
  expect(lines.map(({ type }) => type).sort()).toEqual(['failure', 'image', 'image', 'summary']);
  expect(lines.at(-1)).toMatchObject({ type: 'summary', images: 2, failures: 1, interrupted: false });
  expect(code).toBe(1);
  expect((await predict(root, '--jsonl', '--json')).code).toBe(2);
});

test('after Ctrl-C, the verdicts so far are printed with their number', async () => {
  const root = await images('stopped', ...Array.from({ length: 400 }, (_, i) => `${i}.png`));
  for (const format of ['--jsonl', undefined]) {
    const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
    const args = [
      main,
      'predict',
      model,
      root,
      '--device',
      'cpu',
      '--threads',
      '1',
      ...(format ? [format] : []),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (stdout === '') child.kill('SIGINT');
      stdout += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    const lines = stdout.trimEnd().split('\n');
    if (format === undefined)
      expect(lines.at(-1)).toMatch(/^0 of \d+ nok · interrupted after \d+ of 400 images$/);
    else {
      const last = predictLine.parse(JSON.parse(lines.at(-1) as string));
      expect(last).toMatchObject({ type: 'summary', interrupted: true, images: lines.length - 1 });
    }
  }
}, 60_000);

test('a picture that cannot be written affects only the pictures of its image', async () => {
  const root = await images('blocked', 'a.png', 'b.png');
  const out = join(folder, 'blocked-out');
  await mkdir(join(out, 'a.overlay.png'), { recursive: true });
  const { code, stdout } = await predict(root, '--out', out, '--json');
  const { images: found, failures } = jsonOutputs.predict.parse(JSON.parse(stdout));
  expect(found.map(({ verdict, files }) => [verdict, files.length])).toEqual([
    ['ok', 0],
    ['ok', 2],
  ]);
  expect(failures).toMatchObject([{ file: join(root, 'a.png'), lost: 'pictures' }]);
  expect(code).toBe(1);
  expect((await readdir(out)).sort()).toEqual(['a.overlay.png', 'b.map.png', 'b.overlay.png']);
});

test.skipIf(process.platform === 'win32')(
  'an image whose name is too long with its suffix loses only its pictures',
  async () => {
    const root = await images('long', `${'n'.repeat(250)}.png`, 'b.png');
    const { code, stdout } = await predict(root, '--out', join(folder, 'long-out'));
    expect([code, stdout]).toEqual([1, expect.stringContaining('0 of 2 nok · 1 image without pictures')]);
  },
);

test('patterns that the shell does not expand work in the last part of a path', async () => {
  const root = await images('patterns', 'a1.png', 'a2.png', 'b1.png');
  expect((await predict(join(root, 'a?.png'))).stdout).toContain('0 of 2 nok');
  expect((await predict(join(root, '*.png'))).stdout).toContain('0 of 3 nok');
  const none = await predict(join(root, 'c*.png'));
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no file matches it')]);
  const deep = await predict(join(folder, 'pat*', 'a1.png'));
  expect([deep.code, deep.stderr]).toEqual([1, expect.stringContaining('last part of a path')]);
});

test.skipIf(process.platform === 'win32')(
  'standard input is read as an image under any of its names',
  async () => {
    await symlink('/dev/stdin', join(folder, 'link'));
    for (const name of ['-', '/dev/stdin', join(folder, 'link')]) {
      const { code, stdout } = await inShell(
        `cat '${good}' | $ODDPIXEL predict '${model}' '${name}' --device cpu`,
      );
      expect([code, stdout]).toEqual([0, expect.stringContaining('0 of 1 nok')]);
    }
    const large = await inShell(
      `cat /dev/zero | $ODDPIXEL predict '${model}' - --device cpu --max-file-size 1M`,
    );
    expect([large.code, large.stderr]).toEqual([1, expect.stringContaining('Raise `--max-file-size`')]);
  },
);

test.each(['--out', '--save-input'])(
  '%s that cannot be written is found before the first image',
  async (option) => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const wrong = option === '--out' ? [file, join(file, 'x')] : [folder, join(file, 'x.npy')];
    if (process.platform === 'linux') wrong.push('/proc/x', '/proc/x/y');
    for (const path of wrong) {
      const { code, stdout, stderr } = await predict(good, option, path);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`Give ${option} another path`);
      expect(stderr).not.toContain('device:');
    }
  },
);
