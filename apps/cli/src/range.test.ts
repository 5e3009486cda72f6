/** `--range`: images that use a part of their type's gray values, and float images, as a person meets them. */
import { join } from 'node:path';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharpCodec } from '@oddpixel/runtime-node';
import { jsonOutputs } from './testing/json-output.ts';
import { oddpixel, scratchFolder } from './testing/run-cli.ts';

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
  test('dataset says what the images use, and which range to train with', async () => {
    const { stdout } = await oddpixel('dataset', join(folder, 'deep'));
    expect(stdout).toMatch(/0\.\.3824, at most 1\/16 .*--range 0,4095 or --range auto/);
    const float = await oddpixel('dataset', join(folder, 'heights'));
    expect(float.stdout).toMatch(/-1\.\.1\.39.*--range -1,1\.39 or --range auto/);
  }, 60_000);

  test('auto is measured, printed and in the model; without it a remark names it', async () => {
    const { stdout } = await train('deep', '--range', 'auto', '--json');
    expect(jsonOutputs.train.parse(JSON.parse(stdout)).range).toEqual([0, 4095]);
    const plain = await train('deep');
    expect(plain.stderr).toMatch(
      /warning: the 16-bit training images use .* Train with --range 0,4095 or auto\./,
    );
  }, 60_000);

  test('float images need it, and take negative numbers', async () => {
    const { code, stderr } = await train('heights');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/good\/\d\.tif: the image is float.*--range/)]);
    const given = await train('heights', '--range', '-1,1.5', '--json');
    expect(jsonOutputs.train.parse(JSON.parse(given.stdout)).range).toEqual([-1, 1.5]);
    const wrong = await train('heights', '--range', '5');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/auto or MIN,MAX/)]);
  }, 60_000);
});
