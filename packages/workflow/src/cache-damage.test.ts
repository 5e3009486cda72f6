/** A damaged entry of the cache of preprocessed images is noticed, said and made again. */
import { expect, test } from 'vitest';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import type { ImageCodec, Sample, Store } from '@oddpixel/contract';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { encodeSample } from '@oddpixel/preprocess/unstable';
import { prepareImage, type PreparedImage } from './prepared-images.ts';
import { cloth } from '../test/cloth.ts';

const params = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
const codec: ImageCodec = {
  async decode(_bytes, { onWarning } = {}) {
    onWarning?.('its colour profile was ignored');
    return cloth(60, 40, 1);
  },
  encode: async () => new Uint8Array(0),
};

/** The only entry of a cache. */
function oneEntry(): Store & { bytes: Uint8Array | undefined } {
  const store: Store & { bytes: Uint8Array | undefined } = {
    bytes: undefined,
    get: async () => store.bytes?.slice(),
    put: async (_key, bytes) => void (store.bytes = bytes.slice()),
    delete: async () => void (store.bytes = undefined),
  };
  return store;
}

function damagesOf(whole: Uint8Array): [what: string, bytes: Uint8Array][] {
  const damages: [string, Uint8Array][] = [
    ['empty', new Uint8Array(0)],
    ['longer', Uint8Array.from([...whole, 0, 0, 0, 0])],
    ['zeros', new Uint8Array(whole.length)],
    ['text', new TextEncoder().encode('torn')],
  ];
  // Each bit of what comes before the pixels, and bits of pixels here and there.
  const pixels = whole.length - 4 * 3 * 64 * 32;
  for (let bit = 0; bit < whole.length * 8; bit += bit < 8 * pixels ? 1 : 997) {
    const flipped = whole.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    damages.push([`bit ${bit}`, flipped]);
  }
  for (let length = 1; length < whole.length; length += length < pixels ? 7 : 1009)
    damages.push([`cut to ${length}`, whole.slice(0, length)]);
  return damages;
}

test('any damage to a cache entry is detected, reported and repaired with the same bytes', async () => {
  const source = memoryFileSource(new Map([['train/good/a.png', Uint8Array.of(1, 2, 3)]]));
  const dataset = await readAnomalyDataset(source);
  const store = oneEntry();
  const prepare = (): Promise<PreparedImage> =>
    prepareImage(dataset, dataset.samples[0] as Sample, params, { source, codec, store });
  const fresh = await prepare();
  const whole = store.bytes as Uint8Array;
  const cached = await prepare();
  expect(cached.raster).toBeUndefined();
  expect(cached.remarks).toEqual(fresh.remarks);
  for (const [what, bytes] of damagesOf(whole)) {
    store.bytes = bytes;
    const { prepared, raster, remarks } = await prepare();
    expect(raster, `${what}`).toBeDefined();
    expect(remarks.map(({ message }) => message)).toEqual([
      'train/good/a.png: the cache entry of this image was damaged and is created again',
      ...fresh.remarks.map(({ message }) => message),
    ]);
    expect(Buffer.from(encodeSample(prepared)).equals(encodeSample(fresh.prepared)), `${what}`).toBe(true);
    expect(Buffer.from(whole).equals(store.bytes), `${what}`).toBe(true);
  }
});
