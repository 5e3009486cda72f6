/** BMP of every kind: against the colours that were written, and against what Chromium shows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultImageLimits, ImageFormatError, LimitExceededError } from '@oddpixel/contract';
import { decodeBmp } from '@oddpixel/images';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import { bmpFiles } from '../../test/images/bmp-files.ts';
import { base64, fromWire, openTestPage, type TestPage } from '../../test/images/images-page.ts';

test.each(bmpFiles)('$title', ({ file, width, height, expected }) => {
  expect(decodeBmp(file, defaultImageLimits)).toEqual({ width, height, channels: 3, data: expected });
});

test.each(bmpFiles)('$title, truncated, is refused', ({ file }) => {
  // The mark that ends run lengths is not needed.
  for (let length = 26; length < file.length - 4; length += 5) {
    expect(() => decodeBmp(file.subarray(0, length), defaultImageLimits), `${length}`).toThrow(
      ImageFormatError,
    );
  }
});

test('sizes beyond the limit, and none', () => {
  const file = Uint8Array.from(bmpFiles[2]?.file ?? []);
  const view = new DataView(file.buffer);
  view.setInt32(18, 2 ** 31 - 1, true);
  view.setInt32(22, -(2 ** 31), true);
  expect(() => decodeBmp(file, defaultImageLimits)).toThrow(LimitExceededError);
  view.setInt32(18, -5, true);
  expect(() => decodeBmp(file, defaultImageLimits)).toThrow(ImageFormatError);
});

describe.skipIf(chromiumPath === undefined)(browserTitle('in Chromium'), () => {
  let site: TestPage;
  beforeAll(async () => {
    site = await openTestPage();
  }, 120_000);
  afterAll(() => site.close());

  test.each(bmpFiles)('gives $title the same pixels', async ({ title, file, expected }) => {
    const shown = fromWire(await site.page.evaluate((bytes) => imageTests.shown(bytes), base64(file)));
    expect(shown).toMatchObject({ channels: 3, data: { length: expected.length } });
    const worst = expected.reduce((w, v, i) => Math.max(w, Math.abs(v - (shown.data[i] as number))), 0);
    // Of 10 bits, Chromium drops two instead of rounding.
    expect(worst).toBeLessThanOrEqual(title.includes('10 for each') ? 1 : 0);
  });
});
