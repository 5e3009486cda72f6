/** Models and images that could pass for good ones because something is broken. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { div, GraphBuilder, reduceMax, reshape, slice, sub, writeGraph } from '@oddpixel/graph';
import { sharpCodec } from '@oddpixel/runtime-node';
import { jsonOutputs } from '../../test/json-output.ts';
import { oddpixel, scratchFolder, writePicture } from '../../test/run-cli.ts';

let folder: string;
let model: string;
let damaged: string;
let good: string;
const cpu = ['--device', 'cpu'];

beforeAll(async () => {
  folder = await scratchFolder();
  model = join(folder, 'model.onnx');
  damaged = join(folder, 'damaged.onnx');
  for (let i = 0; i < 6; i++) await writePicture(join(folder, 'train', 'good', `${i}.png`), i);
  good = join(folder, 'train', 'good', '0.png');
  const args = ['--size', '96x64', '--rows', '50', ...cpu];
  expect((await oddpixel('train', join(folder, 'train'), '--out', model, ...args)).code).toBe(0);
  const bytes = await readFile(model);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  await writeFile(damaged, bytes);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every command that opens a model refuses one with a changed bit and writes nothing', async () => {
  const out = join(folder, 'out.onnx');
  const train = join(folder, 'train');
  for (const args of [
    ['info', damaged],
    ['export', damaged, '--standalone', '--out', out],
    ['export', damaged, '--threshold', '3', '--out', out],
    ['add', damaged, good, '--out', out, ...cpu],
    ['predict', damaged, good, ...cpu],
    ['evaluate', damaged, train, ...cpu],
  ]) {
    const { code, stderr } = await oddpixel(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the file is damaged')]);
    expect(stderr).toContain(damaged);
    expect(existsSync(out)).toBe(false);
  }
}, 60_000);

test('info states whether the file has a hash', async () => {
  const foreign = join(folder, 'foreign.onnx');
  await writeFile(foreign, brokenModel('fine'));
  for (const [path, integrity] of [
    [model, 'verified'],
    [foreign, 'unverified'],
  ] as const) {
    expect(
      jsonOutputs.info.parse(JSON.parse((await oddpixel('info', path, '--json')).stdout)).integrity,
    ).toBe(integrity);
    expect((await oddpixel('info', path)).stdout).toMatch(new RegExp(`^integrity +${integrity}`, 'm'));
  }
});

/** A foreign model whose map or score is NaN for every image. */
function brokenModel(broken: 'map' | 'score' | 'fine'): Uint8Array {
  const g = new GraphBuilder({ name: 'broken' });
  const image = g.input('image', 'float32', [1, 1, 32, 64]);
  const nothing = sub(image, image);
  const nan = div(nothing, nothing);
  g.output('anomaly_map', broken === 'map' ? nan : image);
  g.output('pred_score', reduceMax(broken === 'score' ? nan : image, [1, 2, 3]));
  return writeGraph(g.build());
}

test.each(['map', 'score'] as const)(
  'a model whose %s is NaN has no verdict: a failure, not ok',
  async (broken) => {
    const path = join(folder, `${broken}.onnx`);
    await writeFile(path, brokenModel(broken));
    const { code, stdout } = await oddpixel('predict', path, good, '--fail-on-nok', '--json', ...cpu);
    const { images, failures } = jsonOutputs.predict.parse(JSON.parse(stdout));
    expect([code, images, failures.length]).toEqual([1, [], 1]);
    const [failure] = failures;
    expect(failure?.error).toContain(`No verdict for ${good}: the model's ${broken}`);
    expect(failure?.error).toContain('NaN');
    expect(failure?.error).toContain(
      `(--range of oddpixel train); if they do, the model file ${path} is damaged`,
    );
  },
);

test('a model that gives no score for an image is named', async () => {
  const g = new GraphBuilder({ name: 'empty' });
  const image = g.input('image', 'float32', ['N', 1, 32, 64]);
  g.output('anomaly_map', image);
  const none = slice(image, { axis: 0, start: 0, end: 0 });
  g.output('pred_score', reshape(reduceMax(none, [1, 2, 3]), [-1]));
  const path = join(folder, 'empty.onnx');
  await writeFile(path, writeGraph(g.build()));
  for (const args of [
    ['predict', path, good],
    ['evaluate', path, join(folder, 'train')],
  ]) {
    const { code, stderr } = await oddpixel(...args, ...cpu);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Not a usable model file: ${path}: output `)]);
  }
});

test('evaluate names the image and the model file of a score that is NaN', async () => {
  const path = join(folder, 'nan.onnx');
  await writeFile(path, brokenModel('score'));
  const { code, stderr } = await oddpixel('evaluate', path, join(folder, 'train'), ...cpu);
  expect(code).toBe(1);
  expect(stderr).toMatch(/No verdict for (train\/)?good\/\d\.png: the model's score is NaN/);
  expect(stderr).toContain(`the model file ${path} is damaged`);
});

test('a float image with pixels of 1e20 is a failure, and the others have their verdicts', async () => {
  const [width, height] = [96, 64];
  const heights = join(folder, 'heights', 'good');
  await mkdir(heights, { recursive: true });
  const write = async (path: string, pixel: (i: number) => number): Promise<void> => {
    const data = Float32Array.from({ length: width * height }, (_, i) => pixel(i));
    await writeFile(path, await sharpCodec().encode({ width, height, channels: 1, data }, 'tiff'));
  };
  for (let image = 0; image < 4; image++) {
    await write(join(heights, `${image}.tif`), (i) => ((i * 7 + image * 13) % 240) / 240);
  }
  const path = join(folder, 'heights.onnx');
  const args = ['--size', '96x64', '--rows', '50', '--range', '0,1', ...cpu];
  expect((await oddpixel('train', join(folder, 'heights'), '--out', path, ...args)).code).toBe(0);
  const huge = join(folder, 'huge.tif');
  await write(huge, (i) => (i % 2 === 0 ? 1e20 : -1e20));
  const told = await oddpixel(
    'predict',
    path,
    huge,
    join(heights, '0.tif'),
    '--fail-on-nok',
    '--json',
    ...cpu,
  );
  const { images, failures } = jsonOutputs.predict.parse(JSON.parse(told.stdout));
  expect([told.code, images.length, failures.map(({ file }) => file)]).toEqual([1, 1, [huge]]);
  const out = join(folder, 'grown.onnx');
  const added = await oddpixel('add', path, join(heights, '0.tif'), huge, '--out', out, ...cpu);
  expect([added.code, added.stderr]).toEqual([1, expect.stringContaining(`error: ${huge}: the gray value`)]);
  expect(existsSync(out)).toBe(false);
  // A float image for a model that was trained on 8-bit ones.
  const unlike = await oddpixel('add', model, join(heights, '0.tif'), '--out', out, ...cpu);
  const file = join(heights, '0.tif');
  expect([unlike.code, unlike.stderr]).toEqual([
    1,
    expect.stringContaining(`error: ${file}: the image is float`),
  ]);
}, 60_000);

/** A foreign model of one size; its map is its first channel. */
async function writeForeign(channels: number, width: number, height: number): Promise<string> {
  const g = new GraphBuilder({ name: 'foreign' });
  const image = g.input('image', 'float32', ['N', channels, height, width]);
  g.output('anomaly_map', slice(image, { axis: 1, start: 0, end: 1 }));
  const path = join(folder, `foreign-${channels}x${width}x${height}.onnx`);
  await writeFile(path, writeGraph(g.build()));
  return path;
}

test('a foreign model may have a size that is not a multiple of 32', async () => {
  for (const [channels, width, height] of [
    [1, 100, 50],
    [3, 45, 33],
    [3, 7, 200],
  ] as const) {
    const path = await writeForeign(channels, width, height);
    const info = await oddpixel('info', path);
    expect([info.code, info.stdout]).toEqual([
      0,
      expect.stringContaining(`${width}×${height}, ${channels} ch`),
    ]);
    const { code, stdout } = await oddpixel('predict', path, good, '--json', ...cpu);
    expect(code).toBe(0);
    expect(jsonOutputs.predict.parse(JSON.parse(stdout)).images[0]?.score).toBeGreaterThan(0.3);
    const evaluated = await oddpixel('evaluate', path, join(folder, 'train'), ...cpu);
    expect([evaluated.code, evaluated.stderr]).toEqual([0, expect.stringContaining('device:')]);
  }
}, 60_000);

test('a foreign model of an impossible size is named, without advice on an option', async () => {
  for (const [channels, width, height] of [
    [1, 8193, 4],
    [1, 4, 9000],
    [300, 8, 8],
  ] as const) {
    const path = await writeForeign(channels, width, height);
    const { code, stderr } = await oddpixel('predict', path, good, ...cpu);
    expect(code).toBe(1);
    expect(stderr).toContain(`Not a usable model file: ${path}: `);
    expect(stderr).toMatch(/8192|256/);
    expect(stderr).not.toContain('--');
  }
});
