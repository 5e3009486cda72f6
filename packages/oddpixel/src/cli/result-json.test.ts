import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readModel } from '@oddpixel/model-core';
import { cpuPool, sharpCodec } from '@oddpixel/runtime-node';
import { createInspector } from '@oddpixel/workflow';
import { libraryJson, predictLine } from '../../test/json-output.ts';
import { oddpixel, scratchFolder, writePicture } from '../../test/run-cli.ts';

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await scratchFolder();
  model = join(folder, 'model.onnx');
  for (let i = 0; i < 6; i++) await writePicture(join(folder, 'train', 'good', `${i}.png`), i);
  const args = ['--size', '96x64', '--rows', '50', '--device', 'cpu'];
  expect((await oddpixel('train', join(folder, 'train'), '--out', model, ...args)).code).toBe(0);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['whole images', [], undefined],
  ['tiles', ['--tile', '100x80', '--overlap', '20'], { tileWidth: 100, tileHeight: 80, overlap: 20 }],
])(
  'JSON.stringify of an inspection of %s is the line of predict --jsonl without its files',
  async (_, flags, tile) => {
    const good = join(folder, 'train', 'good', '0.png');
    const blots = join(folder, 'blot.png');
    // Of another size than the training images, so that there is a remark.
    await writePicture(blots, 9, { width: 300, height: 120, blot: [0.3, 0.4] });
    const args = ['predict', model, good, blots, '--jsonl', '--device', 'cpu', ...flags];
    const { stdout } = await oddpixel(...args);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => predictLine.parse(JSON.parse(line)))
      .filter((line) => line.type === 'image');

    const backend = await cpuPool().open();
    const options = { backend, codec: sharpCodec(), tile };
    const inspector = await createInspector(await readModel(await readFile(model)), options);
    const texts: string[] = [];
    for (const name of [good, blots]) {
      texts.push(JSON.stringify(await inspector.inspect({ name, image: await readFile(name) })));
    }
    await inspector.dispose();
    await backend.dispose();

    const expected = texts.map((text) => {
      const { name, ...fields } = libraryJson.inspection.parse(JSON.parse(text));
      return { type: 'image', file: name, ...fields, files: [] };
    });
    expect(lines).toEqual(expected);
    expect(lines.map(({ verdict, remarks }) => [verdict, remarks.length])).toContainEqual(['nok', 1]);
    // A map of 96×64 values as text would be longer.
    for (const text of texts) expect(text.length).toBeLessThan(10_000);
  },
);
