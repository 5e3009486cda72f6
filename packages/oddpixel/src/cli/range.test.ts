/** `--range`: images that use a part of their type's gray values, and float images, as a person meets them. */
import { join } from 'node:path';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharpCodec } from '@oddpixel/runtime-node';
import { jsonOutputs } from '../../test/json-output.ts';
import { oddpixel, scratchFolder } from '../../test/run-cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  for (const [name, scale, offset] of [
    ['deep', 16, 0],
    ['heights', 0.01, -1],
  ] as const) {
    const [width, height] = [96, 64];
    await mkdir(join(folder, name, 'good'), { recursive: true });
    for (let image = 0; image < 4; image++) {
      const values = Array.from(
        { length: width * height },
        (_, i) => ((i * 7 + image * 13 + Math.floor(i / width) * 5) % 240) * scale + offset,
      );
      const data = name === 'deep' ? Uint16Array.from(values) : Float32Array.from(values);
      const bytes = await sharpCodec().encode({ width, height, channels: 1, data }, 'tiff');
      await writeFile(join(folder, name, 'good', `${image}.tif`), bytes);
    }
  }
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

const train = (data: string, ...more: string[]): ReturnType<typeof oddpixel> =>
  oddpixel(
    ...['train', join(folder, data), '--out', join(folder, `${data}.onnx`)],
    ...['--device', 'cpu', '--size', '96x64', '--rows', '100', ...more],
  );

describe('--range', () => {
  test('dataset shows the range in use and the range to train with', async () => {
    const { stdout } = await oddpixel('dataset', join(folder, 'deep'));
    expect(stdout).toMatch(/0\.\.3824, at most 1\/16 .*--range 0,4095 or --range auto/);
    const float = await oddpixel('dataset', join(folder, 'heights'));
    expect(float.stdout).toMatch(/-1\.\.1\.39.*--range -1,1\.39 or --range auto/);
  }, 60_000);

  test('auto is measured, printed and stored in the model; without it, a remark names it', async () => {
    const { stdout } = await train('deep', '--range', 'auto', '--json');
    expect(jsonOutputs.train.parse(JSON.parse(stdout)).range).toEqual([0, 4095]);
    const plain = await train('deep');
    expect(plain.stderr).toMatch(
      /warning: the 16-bit training images use .* Train with --range 0,4095 or auto\./,
    );
  }, 60_000);

  test('float images need it, and it may be negative', async () => {
    const { code, stderr } = await train('heights');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/good\/\d\.tif: the image is float.*--range/)]);
    const given = await train('heights', '--range', '-1,1.5', '--json');
    expect(jsonOutputs.train.parse(JSON.parse(given.stdout)).range).toEqual([-1, 1.5]);
    const wrong = await train('heights', '--range', '5');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/auto or MIN,MAX/)]);
  }, 60_000);
});

/** A TIFF file of one strip of signed 16-bit numbers, as cameras of temperature and scanners of height write them. */
function signedTiff(width: number, height: number, isLittle: boolean, value: (i: number) => number): Buffer {
  const tags = [
    ...[256, width, 257, height, 258, 16, 259, 1, 262, 1, 273, 8, 277, 1, 278, height],
    ...[279, 2 * width * height, 339, 2],
  ];
  const directory = 8 + 2 * width * height;
  const file = Buffer.alloc(directory + 2 + 6 * tags.length + 4);
  const put = (at: number, number: number, bytes: 2 | 4): unknown =>
    isLittle ? file.writeUIntLE(number, at, bytes) : file.writeUIntBE(number, at, bytes);
  file.write(isLittle ? 'II' : 'MM');
  put(2, 42, 2);
  put(4, directory, 4);
  for (let i = 0; i < width * height; i++) put(8 + 2 * i, value(i) & 0xffff, 2);
  put(directory, tags.length / 2, 2);
  for (let i = 0; i < tags.length; i += 2) {
    const at = directory + 2 + 6 * i;
    put(at, tags[i] as number, 2);
    put(at + 2, 4, 2);
    put(at + 4, 1, 4);
    put(at + 8, tags[i + 1] as number, 4);
  }
  return file;
}

test('dataset, train, evaluate and predict read signed 16-bit TIFF files in both byte orders', async () => {
  const [width, height] = [96, 64];
  const write = async (name: string, image: number, isOdd: boolean): Promise<void> => {
    await mkdir(join(folder, 'signed', name), { recursive: true });
    const value = (i: number): number => {
      const [x, y] = [i % width, Math.floor(i / width)];
      if (isOdd && x >= 20 && x < 40 && y >= 20 && y < 40) return 900;
      return ((i * 7 + image * 13 + y * 5) % 240) * 4 - 600;
    };
    const file = join(folder, 'signed', name, `${image}.tif`);
    await writeFile(file, signedTiff(width, height, image % 2 === 0, value));
  };
  for (let image = 0; image < 6; image++) await write('train/good', image, false);
  for (let image = 10; image < 13; image++) await write('test/good', image, false);
  for (let image = 20; image < 23; image++) await write('test/bright', image, true);
  const data = join(folder, 'signed');
  expect((await oddpixel('dataset', data)).stdout).toMatch(/-600\.\.900.*--range -600,900 or --range auto/);
  const without = await train('signed');
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('Train with --range')]);
  const given = await train('signed', '--range', '-1000,1000', '--json');
  expect(jsonOutputs.train.parse(JSON.parse(given.stdout)).range).toEqual([-1000, 1000]);
  const model = `${data}.onnx`;
  const cpu = ['--device', 'cpu'];
  expect((await oddpixel('evaluate', model, data, ...cpu)).stdout).toContain('image  AUROC 1.0000');
  const pictures = ['--out', join(folder, 'pictures')];
  const told = await oddpixel('predict', model, join(data, 'test'), ...cpu, ...pictures, '--json');
  const { images, failures } = jsonOutputs.predict.parse(JSON.parse(told.stdout));
  expect(failures).toEqual([]);
  expect(images.map(({ file, verdict }) => [file.includes('bright'), verdict])).toEqual([
    ...Array.from({ length: 3 }, () => [true, 'nok']),
    ...Array.from({ length: 3 }, () => [false, 'ok']),
  ]);
  const measured = await train('signed', '--range', 'auto', '--json');
  expect(jsonOutputs.train.parse(JSON.parse(measured.stdout)).range).toEqual([-600, 356]);
}, 60_000);
