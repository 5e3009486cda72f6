import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderOverlay } from '@oddpixel/eval';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import type { Backend, Raster } from '@oddpixel/contract';
import { memory } from '@oddpixel/model-core/heads';
import type { AnomalyModel } from '@oddpixel/model-core';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
} from '@oddpixel/model-core/train';
import { createPreprocessParams, preprocessSamples, samplesFromImages } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { browserTitle, chromiumPath, launchChromium } from '@oddpixel/testing/browser';
import { createInspector } from '@oddpixel/workflow';
import { localCdn } from './local-cdn.ts';

const html = readFileSync(new URL('index.html', import.meta.url), 'utf8');
const site = 'https://parts.test/';

/** Stripes, 96×40, a little other with each number; with a bright spot or without. */
function part(number: number, isOdd = false): Raster {
  const [width, height] = [96, 40];
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    if (isOdd && Math.abs(x - 60) < 9 && Math.abs(y - 15) < 6) return 250;
    return 60 + ((x * (3 + (number % 4)) + y * 5) % 64);
  });
  return { width, height, channels: 3, data };
}

async function trainTiny(backend: Backend): Promise<AnomalyModel> {
  const preprocessing = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
  const initial = await createInitialModel(await readBackbone(small), { preprocessing, id: small.id });
  const samples = preprocessSamples(
    samplesFromImages([0, 1, 2, 3].map((number) => part(number))),
    preprocessing,
  );
  const params = createTrainParams(memory({ numRows: 40 }));
  return (await trainModel(initial, samplesInMemory(samples), params, { backend })).model;
}

test('the example is short and needs no bundler', () => {
  expect(html.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

test.skipIf(chromiumPath === undefined)(
  browserTitle('a page from a CDN says what Node says'),
  { timeout: 240_000 },
  async () => {
    const backend = await cpu().open();
    const codec = sharpCodec();
    const model = await trainTiny(backend);
    const inspector = await createInspector(model, { backend, codec });
    const cdn = localCdn();
    const browser = await launchChromium({ webgpu: false });
    const context = await browser.newContext();
    await cdn.answer(context, site, html);
    const page = await context.newPage();
    await page.goto(site);
    const said = page.locator('output');
    const drawn = (): Promise<{ width: number; height: number; pixels: number[] }> =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas') as HTMLCanvasElement;
        const { data, width, height } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
          0,
          0,
          canvas.width,
          canvas.height,
        );
        return { width, height, pixels: [...data].filter((_, i) => i % 4 < 3) };
      });
    await page.getByLabel('Model').setInputFiles({
      name: 'model.onnx',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(model.bytes),
    });
    const half = (model.manifest.thresholds?.segmentation ?? Number.NaN) / 2;
    const verdicts: string[] = [];
    let before = '';
    for (const raster of [part(5), part(5, true)]) {
      const image = await codec.encode(raster, 'png');
      const { result } = await inspector.inspect({ name: 'a part', image });
      await page
        .getByLabel('Picture')
        .setInputFiles({ name: 'part.png', mimeType: 'image/png', buffer: Buffer.from(image) });
      await expect.poll(() => said.textContent(), { timeout: 120_000 }).not.toBe(before);
      before = (await said.textContent()) ?? '';
      expect(cdn.refused).toEqual([]);
      const [verdict = '', score] = before.split(' ');
      expect([before, verdict]).toEqual([before, result.anomalyClass]);
      expect(Math.abs(Number(score) / result.anomalyScore - 1)).toBeLessThan(1e-4);
      const wanted = renderOverlay(raster, result.anomalyImage, { min: half, max: 3 * half });
      const { width, height, pixels } = await drawn();
      expect([width, height]).toEqual([raster.width, raster.height]);
      const worst = pixels.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (wanted.data[i] ?? NaN))),
        0,
      );
      expect(worst).toBeLessThanOrEqual(1);
      verdicts.push(verdict);
      // Where something is odd, the map is seen over the picture.
      expect(pixels.some((value, i) => value !== raster.data[i])).toBe(verdict === 'nok');
    }
    expect(verdicts).toEqual(['ok', 'nok']);
    await browser.close();
    await inspector.dispose();
    await backend.dispose();
  },
);
