/** What becomes of files that were dropped: the same rules as those of the command line. */
import { memoryFileSource } from '@oddpixel/dataset';
import { sharpCodec } from '@oddpixel/runtime-node';
import type { Raster, Store } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { keys } from '../worker/keeper.ts';
import { takeIn } from '../worker/images.ts';
import { readIncoming, type Incoming } from './incoming.ts';

const read = (files: Readonly<Record<string, Uint8Array>> | readonly string[]): Promise<Incoming> => {
  const entries = Array.isArray(files)
    ? files.map((path: string): [string, Uint8Array] => [path, new Uint8Array()])
    : Object.entries(files as Readonly<Record<string, Uint8Array>>);
  return readIncoming(memoryFileSource(new Map(entries)), 'inspect');
};

const names = ({ files }: Incoming): string[] => files.map(({ name }) => name);

describe('a folder without labels', () => {
  test('yields its images, without clutter of the operating system and without masks', async () => {
    const dropped = await read([
      'parts/b.png',
      'parts/more/a.PGM',
      'parts/notes.doc',
      'parts/@eaDir/b.png',
      'parts/._b.png',
      '__MACOSX/parts/b.png',
      'parts/more/masks/a.png',
    ]);
    expect(names(dropped)).toEqual(['parts/b.png', 'parts/more/a.PGM']);
    expect(dropped.layout).toBe(false);
  });

  test('files chosen one by one are all taken, so that a file that is not an image is reported', async () => {
    expect(names(await read(['a.png', 'notes.doc', 'readme.txt', '.DS_Store']))).toEqual([
      'a.png',
      'notes.doc',
      'readme.txt',
    ]);
  });
});

test('several masks of one image are united into one', async () => {
  const codec = sharpCodec();
  const gray = (...data: number[]): Raster => ({
    width: 3,
    height: 2,
    channels: 1,
    data: Uint8Array.from(data),
  });
  const png = (...data: number[]): Promise<Uint8Array> => codec.encode(gray(...data), 'png');
  const { files, layout } = await read({
    'good/0.png': await png(9, 9, 9, 9, 9, 9),
    'bent/1.png': await png(8, 9, 9, 9, 9, 9),
    'ground_truth/bent/1/000.png': await png(7, 0, 0, 0, 0, 0),
    'ground_truth/bent/1/001.png': await png(0, 0, 0, 0, 255, 0),
  });
  expect(layout).toBe(true);
  const bent = files.find(({ name }) => name === 'bent/1.png');
  const kept = new Map<string, Uint8Array>();
  const store: Store = {
    get: async (key) => kept.get(key),
    put: async (key, bytes) => void kept.set(key, bytes),
    delete: async (key) => void kept.delete(key),
  };
  const file = await bent?.load();
  const record = file && (await takeIn({ store, codec }, file, new Set()));
  expect(record).toMatchObject({ truth: 'nok', defect: 'bent', hasMask: true });
  const mask = await codec.decode(kept.get(keys.mask(record?.id ?? '')) ?? new Uint8Array());
  const marked = Array.from({ length: 6 }, (_, pixel) => mask.data[pixel * mask.channels]);
  expect(marked).toEqual([255, 0, 0, 0, 255, 0]);
});
