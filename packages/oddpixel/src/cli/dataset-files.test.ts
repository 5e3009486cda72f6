/** How commands that take a data set account for its files: used, left out, or failed. */
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { jsonOutputs } from '../../test/json-output.ts';
import { oddpixel, scratchFolder, writeMask, writePicture } from '../../test/run-cli.ts';

const timeout = 60_000;
let data: string;

beforeAll(async () => {
  data = await scratchFolder();
  for (let i = 0; i < 4; i++) await writePicture(join(data, 'train/good', `${i}.png`), i);
  for (let i = 0; i < 2; i++) await writePicture(join(data, 'test_public/good', `${i}.png`), 20 + i);
  const picture = { blot: [0.2, 0.4] } as const;
  for (let i = 0; i < 2; i++) await writePicture(join(data, 'test_public/bad', `${i}.png`), 30 + i, picture);
  await writeMask(join(data, 'test_public/ground_truth/bad/0_mask.png'), picture);
  await writeMask(join(data, 'test_public/ground_truth/bad/1/000.png'), picture);
  await writeMask(join(data, 'test_public/ground_truth/bad/1/001.png'), { blot: [0.6, 0.6] });
  await writePicture(join(data, 'test_private/0.png'), 50);
  // A PNG by its content.
  const scratch = await scratchFolder();
  await writePicture(join(scratch, '2.png'), 22);
  await copyFile(join(scratch, '2.png'), join(data, 'test_public/good/2.jpg'));
}, timeout);

describe('a data set with all kinds of files', () => {
  test('is counted, and unused files are named', { timeout }, async () => {
    const { code, stdout } = await oddpixel('dataset', data, '--json');
    const { files, remarks, problems, counts } = jsonOutputs.dataset.parse(JSON.parse(stdout));
    expect(files).toEqual({ images: 9, masks: 3, tables: 0, clutter: 0, unused: 1, failed: 0 });
    expect(remarks.map((remark) => [remark.code, remark.files])).toEqual([
      ['unusedFiles', ['test_private/0.png']],
    ]);
    expect(problems).toEqual([]);
    expect(counts).toContainEqual(expect.objectContaining({ split: 'test', label: 'nok', images: 2 }));
    expect(code).toBe(0);
  });

  test('is evaluated with all its masks', { timeout }, async () => {
    const model = join(await scratchFolder(), 'm.onnx');
    const trained = await oddpixel('train', data, '--out', model, '--size', '64', '--device', 'cpu');
    expect(trained.code).toBe(0);
    const { stdout } = await oddpixel('evaluate', model, data, '--device', 'cpu', '--json');
    const { masks, images } = jsonOutputs.evaluate.parse(JSON.parse(stdout));
    expect({ masks, images }).toEqual({ masks: { used: 2, defective: 2 }, images: 5 });
  });
});

describe.skipIf(process.platform !== 'linux')(
  'a data set with a name that is not UTF-8 and a dangling link',
  () => {
    let broken: string;

    beforeAll(async () => {
      broken = await scratchFolder();
      for (const [index, name] of ['train/good/0.png', 'train/good/1.png', 'test/good/2.png'].entries()) {
        await writePicture(join(broken, name), index);
      }
      await symlink('/nowhere', join(broken, 'train/good/gone.png'));
      await mkdir(join(broken, 'test/bad'));
      const name = Buffer.concat([
        Buffer.from(`${broken}/test/bad/caf`),
        Buffer.of(0xe9),
        Buffer.from('.png'),
      ]);
      await writeFile(name, 'x');
    }, timeout);

    test('is a failure: dataset names both and exits with 1', { timeout }, async () => {
      const { code, stdout } = await oddpixel('dataset', broken);
      expect(stdout).toContain(
        'error: 1 file cannot be used (it is a link that leads nowhere), for example train/good/gone.png',
      );
      expect(stdout).toMatch(/error: 1 file cannot be used \(its name is not UTF-8 text.*caf/);
      expect(stdout).toMatch(/2 problems$/m);
      expect(code).toBe(1);
      const json = await oddpixel('dataset', broken, '--json');
      expect(jsonOutputs.dataset.parse(JSON.parse(json.stdout)).files).toMatchObject({
        images: 3,
        failed: 2,
      });
      expect(json.code).toBe(1);
    });

    test('is refused by train before any work', { timeout }, async () => {
      const out = join(await scratchFolder(), 'm.onnx');
      const { code, stderr } = await oddpixel(
        'train',
        broken,
        '--out',
        out,
        '--size',
        '64',
        '--device',
        'cpu',
      );
      expect(code).toBe(1);
      expect(stderr).toContain('it is a link that leads nowhere');
      expect(stderr).not.toContain('caf');
      expect(stderr).toContain('Repair or remove what cannot be used.');
    });
  },
);
