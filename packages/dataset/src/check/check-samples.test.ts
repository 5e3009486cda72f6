import {
  FileError,
  ImageFormatError,
  type Dataset,
  type ImageCodec,
  type Raster,
  type Store,
  hashBytes,
} from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { memoryFileSource } from '../memory-source.ts';
import { readAnomalyDataset } from '../read-dataset.ts';
import { createSamples, readSamples } from '../samples.ts';
import { checkSamples } from './check-samples.ts';
import type { DatasetProblem } from './problem.ts';

/**
 * Images as text, for tests: `WIDTHxHEIGHT CHANNELS TYPE VALUE`, every value of the raster being VALUE; a `~` before
 * stands for the first bytes of a JPEG.
 */
const codec: ImageCodec = {
  async decode(bytes, options): Promise<Raster> {
    const text = new TextDecoder('latin1').decode(bytes).replace('\xff\xd8', '');
    const match = /^(\d+)x(\d+) (\d) (u8|u16|f32) (\d+)/.exec(text);
    if (match === null) {
      throw new ImageFormatError({ file: options?.fileName ?? '', problem: 'it is not an image' });
    }
    const [width = 0, height = 0, channels = 0] = match.slice(1, 4).map(Number);
    const type = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array }[match[4] as 'u8'];
    options?.onWarning?.('read');
    return { width, height, channels, data: new type(width * height * channels).fill(Number(match[5])) };
  },
  encode: () => Promise.reject(new Error('not needed')),
};

const encode = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/^~/, '\xff\xd8'), (character) => character.charCodeAt(0));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const image = (comment: string, rest = '6x4 3 u8 100'): string => `${rest} ${comment}`;
const mask = '6x4 1 u8 255';

async function open(
  files: Readonly<Record<string, string>>,
): Promise<{ dataset: Dataset; source: ReturnType<typeof memoryFileSource> }> {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, encode(text)]));
  const source = memoryFileSource(bytes);
  return { dataset: await readAnomalyDataset(source, { layout: 'mvtec' }), source };
}

async function check(files: Readonly<Record<string, string>>): Promise<DatasetProblem[]> {
  const { dataset, source } = await open(files);
  return checkSamples(dataset, { source, codec });
}

test('checkSamples reports the content of every image that can be opened', async () => {
  const { dataset, source } = await open({
    'train/good/a.png': image('a'),
    'train/good/b.png': 'no image',
    'train/good/c.png': image('c', '9x2 4 u16 100'),
  });
  const seen: unknown[] = [];
  await checkSamples(dataset, { source, codec, onImage: (found) => seen.push(found) });
  expect(seen).toEqual([
    {
      sample: dataset.samples[0],
      width: 6,
      height: 4,
      depth: '8 bit',
      channels: 'RGB',
      grayRange: [100, 100],
    },
    {
      sample: dataset.samples[2],
      width: 9,
      height: 2,
      depth: '16 bit',
      channels: 'RGB with alpha',
      grayRange: [100, 100],
    },
  ]);
});

const kinds = (problems: readonly DatasetProblem[]): string[] => problems.map(({ kind }) => kind);

const sound = {
  'train/good/1.png': image('a'),
  'train/good/2.png': image('b'),
  'test/good/3.png': image('c'),
  'test/crack/4.png': image('d'),
  'ground_truth/crack/4_mask.png': mask,
};

describe('checkSamples', () => {
  test('finds nothing in a sound data set and reports progress', async () => {
    const { dataset, source } = await open(sound);
    const progress: number[] = [];
    const options = { source, codec, onProgress: ({ done }: { done: number }) => progress.push(done) };
    expect(await checkSamples(dataset, options)).toEqual([]);
    expect(progress).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['an image that is none', { 'train/good/1.png': 'text' }, ['unreadableImage']],
    ['a mask that is none', { 'ground_truth/crack/4_mask.png': 'text' }, ['unreadableMask']],
    ['a mask of another size', { 'ground_truth/crack/4_mask.png': '4x6 1 u8 1' }, ['maskSize']],
    ['an empty mask', { 'ground_truth/crack/4_mask.png': '6x4 1 u8 0' }, ['maskEmpty']],
    ['a lossy mask', { 'ground_truth/crack/4_mask.png': `~${mask}` }, ['maskLossy']],
    [
      'a lossy mask below the cut',
      { 'ground_truth/crack/4_mask.png': '~6x4 1 u8 127' },
      ['maskLossy', 'maskEmpty'],
    ],
    ['a missing mask', { 'test/crack/5.png': image('e') }, ['maskMissing']],
    ['a mask of a good image', { 'ground_truth/good/3_mask.png': mask }, ['maskOnGood']],
    ['an empty mask of a good image', { 'ground_truth/good/3_mask.png': '6x4 1 u8 0' }, []],
    ['a defect in train', { 'train/crack/9.png': image('e') }, ['defectInTrain']],
    ['the same image twice in train', { 'train/good/3.png': image('a') }, ['duplicateContent']],
    ['the same image in train and test', { 'test/good/9.png': image('a') }, ['trainTestLeak']],
    [
      'the same image in validation and test',
      { 'test/good/9.png': image('e'), 'validation/good/9.png': image('e') },
      ['trainTestLeak'],
    ],
    [
      'the same image with two labels',
      { 'test/good/9.png': image('d') },
      ['duplicateContent', 'contradictingLabels'],
    ],
    ['another depth', { 'test/good/9.png': image('e', '6x4 3 u16 60000') }, ['mixedDepth']],
    [
      'a value of 12 bits in 16',
      { 'test/good/9.png': image('e', '6x4 3 u16 4000') },
      ['mixedDepth', 'partlyUsedRange'],
    ],
    ['a float image', { 'test/good/9.png': image('e', '6x4 3 f32 1') }, ['mixedDepth', 'noRange']],
    ['gray among colour', { 'test/good/9.png': image('e', '6x4 1 u8 100') }, ['mixedChannels']],
  ])('finds %s', async (_, change, expected) => {
    expect(kinds(await check({ ...sound, ...change } as Record<string, string>))).toEqual(expected);
  });

  test('finds all problems at once, with ids and names', async () => {
    const problems = await check({
      ...sound,
      'train/good/2.png': 'text',
      'train/good/5.png': image('a'),
      'test/crack/6.png': image('a'),
      'ground_truth/crack/4_mask.png': '6x5 1 u8 0',
    });
    expect(kinds(problems)).toEqual([
      'maskSize',
      'maskEmpty',
      'maskMissing',
      'unreadableImage',
      'trainTestLeak',
      'contradictingLabels',
    ]);
    const leak = problems.find(({ kind }) => kind === 'trainTestLeak');
    expect(leak).toMatchObject({ severity: 'error', imageIds: [1, 3, 5] });
    expect(leak?.message).toContain('test/crack/6.png, train/good/1.png, train/good/5.png');
    expect(problems[0]?.message).toContain('ground_truth/crack/4_mask.png has 6×5 pixels');
  });

  test('finds missing files, groups in several splits, and a set without good images', async () => {
    const { dataset } = await open(sound);
    const grouped = { ...dataset, samples: dataset.samples.map((sample) => ({ ...sample, group: 'p' })) };
    const gone = memoryFileSource(new Map(), 'nothing');
    const problems = await checkSamples(grouped, { source: gone, codec });
    expect(kinds(problems).filter((kind) => kind === 'unreadableImage')).toHaveLength(4);
    expect(problems.find(({ kind }) => kind === 'groupCrossesSplits')?.message).toBe(
      'the group p is in the splits test and train',
    );
    const tests = { ...dataset, samples: dataset.samples.filter(({ split }) => split === 'test') };
    const { source } = await open(sound);
    expect(kinds(await checkSamples(tests, { source, codec }))).toEqual(['noGoodImages']);
  });

  test('stops when aborted', async () => {
    const { dataset, source } = await open(sound);
    const signal = AbortSignal.abort();
    await expect(checkSamples(dataset, { source, codec, signal })).rejects.toThrow(/abort/i);
  });
});

describe('createSamples', () => {
  test('unites several masks of one image', async () => {
    const files = {
      ...sound,
      'test/crack/5.png': image('e'),
      'ground_truth/crack/5/0.png': '6x4 1 u16 0',
      'ground_truth/crack/5/1.png': `~${mask}`,
    };
    const { dataset, source } = await open(files);
    const loaded = await collect(createSamples(dataset, { source, codec, masks: true }));
    const { anomalyGroundTruth, maskIsLossy } = loaded.find(({ sample }) => sample.anomalyFileNames) ?? {};
    expect(anomalyGroundTruth).toEqual({
      width: 6,
      height: 4,
      channels: 1,
      data: new Uint8Array(24).fill(255),
    });
    expect(maskIsLossy).toBe(false);
    const odd = { 'ground_truth/crack/5/0.png': '6x5 1 u8 0', 'ground_truth/crack/5/1.png': '6x4 1 u8 0' };
    const problems = await check({ ...files, ...odd });
    expect(problems.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      'maskSize: ground_truth/crack/5/0.png has 6×5 pixels, its image test/crack/5.png 6×4',
      'maskEmpty: ground_truth/crack/5/0.png, ground_truth/crack/5/1.png mark nothing, but test/crack/5.png is defective',
    ]);
  });

  test('loads images and masks in order, as often as iterated', async () => {
    const { dataset, source } = await open({ ...sound, 'ground_truth/crack/4_mask.png': `~${mask}` });
    const samples = createSamples(dataset, { source, codec, masks: true, concurrency: 3 });
    expect(samples.count).toBe(4);
    for (let pass = 0; pass < 2; pass++) {
      const loaded = await collect(samples);
      expect(loaded.map(({ imageId }) => imageId)).toEqual([0, 1, 2, 3]);
      expect(loaded[0]).toMatchObject({
        image: { width: 6, height: 4, channels: 3 },
        anomalyGroundTruth: { width: 6, height: 4, channels: 1 },
        maskIsLossy: true,
        imageHash: await hashBytes(encode(image('d'))),
      });
      expect(loaded[1]).not.toHaveProperty('anomalyGroundTruth');
    }
  });

  test('reads no more than it needs, and stops quietly if left early', async () => {
    const { dataset, source } = await open(sound);
    const read: string[] = [];
    const watched = {
      ...source,
      read: (path: string) => {
        read.push(path);
        return path.includes('2.png') ? Promise.reject(new Error('late failure')) : source.read(path);
      },
    };
    for await (const { imageId } of createSamples(dataset, { source: watched, codec, concurrency: 2 })) {
      if (imageId === 1) break;
    }
    expect(read).toEqual(['test/crack/4.png', 'test/good/3.png', 'train/good/1.png']);
    const all = createSamples(dataset, { source: watched, codec });
    await expect(collect(all)).rejects.toThrow('late failure');
  });

  test('names the file in warnings and errors', async () => {
    const { dataset, source } = await open({ ...sound, 'train/good/1.png': 'text' });
    const warnings: string[] = [];
    const onWarning = (message: string): number => warnings.push(message);
    const samples = createSamples(dataset, { source, codec, onWarning });
    await expect(collect(samples)).rejects.toThrow(/train\/good\/1\.png: it is not an image/);
    expect(warnings[0]).toBe('test/crack/4.png: read');
  });
});

describe('readSamples', () => {
  const stored = new Map([['key 0', encode('zero')]]);
  const store: Store = {
    get: (key) => Promise.resolve(stored.get(key)),
    put: () => Promise.reject(new FileError({ path: '', operation: 'write', reason: 'read only' })),
    delete: () => Promise.resolve(),
  };
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

  test('reads stored samples and names missing ones', async () => {
    const { dataset } = await open(sound);
    const key = ({ imageId }: { imageId: number }): string => `key ${imageId}`;
    const [first] = dataset.samples;
    const one = readSamples(dataset, { store, key, decode, samples: first && [first] });
    expect(await collect(one)).toEqual([{ sample: first, stored: 'zero' }]);
    await expect(collect(readSamples(dataset, { store, key, decode }))).rejects.toThrow(
      /test\/good\/3\.png is not in the store \(key key 1\)/,
    );
  });
});

test('measures the used gray values over all images, and suggests the range of the camera', async () => {
  const deep = (value: number): string => image(String(value), `6x4 1 u16 ${value}`);
  const problems = await check({ 'train/good/a.png': deep(90), 'train/good/b.png': deep(3870) });
  expect(problems).toEqual([
    {
      kind: 'partlyUsedRange',
      severity: 'warning',
      imageIds: [0, 1],
      message: 'the 16-bit images use the gray values 90..3870, at most 1/16 of their range 0..65535',
      suggestedRange: [0, 4095],
    },
  ]);
  const full = await check({ 'train/good/a.png': deep(90), 'train/good/b.png': deep(16_384) });
  expect(full).toEqual([]);
  const heights = (value: number): string => image(String(value), `6x4 1 f32 ${value}`);
  const float = await check({ 'train/good/a.png': heights(2), 'train/good/b.png': heights(7) });
  expect(float.map(({ kind, suggestedRange }) => [kind, suggestedRange])).toEqual([['noRange', [2, 7]]]);
});
