/** Tables and folders whose images and masks lie elsewhere. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonOutputs } from '../../test/json-output.ts';
import { oddpixel, writePicture } from '../../test/run-cli.ts';

let folder: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-data-folders-'));
  table = join(folder, 'split/1.csv');
  await mkdir(join(folder, 'split'), { recursive: true });
  await writeFile(table, 'image,label,mask\nparts/ok/0.png,ok,\nparts/bad/1.png,bad,masks/bad/1.png\n');
  const names = ['parts/ok/0.png', 'parts/bad/1.png', 'masks/bad/1.png', 'loose.png'];
  for (const [index, name] of names.entries()) {
    await writePicture(join(folder, name), index);
  }
});

afterAll(() => rm(folder, { recursive: true }));

test('a table in which every line fails names the options for the base folder', async () => {
  const { code, stderr } = await oddpixel('dataset', table);
  expect(code).toBe(1);
  expect(stderr).toMatch(/line 2: the image parts\/ok\/0\.png does not exist/);
  expect(stderr).toMatch(/--image-dir and --mask-dir/);
});

test('--image-dir sets the base folder of a table; files not listed in it are named', async () => {
  const text = await oddpixel('dataset', table, '--image-dir', folder);
  expect([text.code, text.stderr]).toEqual([0, '']);
  expect(text.stdout).toMatch(/remark: 1 image is not listed in the table, for example loose\.png/);
  expect(text.stdout).not.toMatch(/no problems found/);
  const { stdout } = await oddpixel('dataset', table, '--image-dir', folder, '--json');
  const { images, remarks } = jsonOutputs.dataset.parse(JSON.parse(stdout));
  expect([images, remarks.map(({ files }) => files)]).toEqual([2, [['loose.png']]]);
});

test('--image-dir and --mask-dir name the images and masks of a folder', async () => {
  const dirs = ['--image-dir', join(folder, 'parts'), '--mask-dir', join(folder, 'masks')];
  const { code, stdout } = await oddpixel('dataset', folder, ...dirs, '--json');
  expect([code, jsonOutputs.dataset.parse(JSON.parse(stdout)).images]).toEqual([0, 2]);
});

test('conflicting folder options are wrong usage', async () => {
  const alone = await oddpixel('dataset', folder, '--mask-dir', join(folder, 'masks'));
  expect([alone.code, alone.stderr]).toEqual([
    2,
    expect.stringMatching(/--mask-dir needs --image-dir too if the data is a folder/),
  ]);
  const outside = await oddpixel('dataset', join(folder, 'parts'), '--image-dir', folder);
  expect([outside.code, outside.stderr]).toEqual([2, expect.stringMatching(/expected a folder in/)]);
});
