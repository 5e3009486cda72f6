/** Chromium's make-believe camera, which draws a clock and a beeping pie. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import { fromWire, openTestPage, succeeded, type TestPage } from '../../test/images/images-page.ts';

const fake = '--use-fake-device-for-media-stream';
const allow = '--use-fake-ui-for-media-stream';

describe.skipIf(chromiumPath === undefined)(browserTitle('a camera in Chromium'), () => {
  let site: TestPage;
  beforeAll(async () => {
    site = await openTestPage([fake, allow]);
  }, 120_000);
  afterAll(() => site.close());

  test('the camera yields images of its size, each one once, until it is stopped', async () => {
    const result = succeeded(
      await site.page.evaluate(() => imageTests.camera({ width: 320, height: 240 }, 6)),
    );
    const frames = result.frames.map(fromWire);
    expect(frames).toHaveLength(8);
    for (const frame of frames) expect(frame).toMatchObject({ width: 320, height: 240, channels: 3 });
    // The clock runs, so that no two pictures are the same.
    expect(new Set(result.frames.map(({ base64 }) => base64)).size).toBe(8);
    // A picture, not a blank.
    expect(new Set(frames[0]?.data).size).toBeGreaterThan(10);
    expect(result).toMatchObject({ isLive: false, after: 0 });
    expect(fromWire(result.shown)).toMatchObject({ width: 320, height: 240, channels: 3 });
    expect(result.empty).toMatchObject({ failure: { code: 'IMAGE_FORMAT' } });
    const stopped = { failure: { code: 'CAMERA', message: expect.stringContaining('stopped') } };
    expect([result.waiting, result.later]).toEqual([
      expect.objectContaining({ failure: expect.objectContaining(stopped.failure) }),
      expect.objectContaining({ failure: expect.objectContaining(stopped.failure) }),
    ]);
  });

  test('an abort ends the stream with its reason', async () => {
    const result = await site.page.evaluate(() => imageTests.cameraAborted());
    expect(result).toMatchObject({ failure: { name: 'AbortError' } });
  });

  test('a missing camera is reported', async () => {
    const result = await site.page.evaluate(() => imageTests.camera({ deviceId: 'none' }, 1));
    expect(result).toMatchObject({
      failure: { code: 'CAMERA', message: expect.stringMatching(/no such camera/) },
    });
  });

  test('a page without https is reported', async () => {
    const page = await site.context.newPage();
    await page.goto('http://insecure.test/');
    await page.waitForFunction('globalThis.imageTests !== undefined');
    const result = await page.evaluate(() => imageTests.camera({}, 1));
    expect(result).toMatchObject({ failure: { code: 'CAMERA', message: expect.stringMatching(/https/) } });
    const stored = await page.evaluate(() => imageTests.store.get('any', 'key'));
    expect(stored).toMatchObject({ failure: { code: 'FILE', message: expect.stringMatching(/https/) } });
    await page.close();
  });
});

describe.skipIf(chromiumPath === undefined)(browserTitle('no camera in Chromium'), () => {
  test.each([
    ['a person who says no', [fake, '--deny-permission-prompts'], /permission/],
    ['a machine without one', [allow], /no such camera/],
  ])('%s', async (_, args, message) => {
    const site = await openTestPage(args);
    try {
      const result = await site.page.evaluate(() => imageTests.camera({}, 1));
      expect(result).toMatchObject({ failure: { code: 'CAMERA' } });
      expect('failure' in result && result.failure.message).toMatch(message);
    } finally {
      await site.close();
    }
  });
});
