import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { expect, test } from 'vitest';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import type { Raster } from '@oddpixel/contract';
import { memory } from '@oddpixel/model-core/heads';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
} from '@oddpixel/model-core/train';
import { createPreprocessParams, preprocessSamples, samplesFromImages } from '@oddpixel/preprocess';
import { cpu } from '@oddpixel/runtime-node';
import { browserTitle, chromiumPath, launchChromium } from '@oddpixel/testing/browser';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Faint stripes, 64×48: nothing of what Chromium's make-believe camera shows. */
function stripes(number: number): Raster {
  const data = Uint8Array.from(
    { length: 3 * 64 * 48 },
    (_, i) => 90 + ((Math.floor(i / 3) * (2 + number)) % 16),
  );
  return { width: 64, height: 48, channels: 3, data };
}

async function trainTiny(): Promise<Uint8Array> {
  const backend = await cpu().open();
  const preprocessing = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
  const initial = await createInitialModel(await readBackbone(small), { preprocessing, id: small.id });
  const samples = preprocessSamples(samplesFromImages([0, 1, 2, 3].map(stripes)), preprocessing);
  const params = createTrainParams(memory({ numRows: 40 }));
  const { model } = await trainModel(initial, samplesInMemory(samples), params, { backend });
  await backend.dispose();
  return model.bytes;
}

test('the example is short', async () => {
  const code = await readFile(join(root, 'camera-inspector.tsx'), 'utf8');
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

test.skipIf(chromiumPath === undefined)(
  browserTitle('it shows a verdict on a live camera, and lets go of all when it is taken away'),
  { timeout: 240_000 },
  async () => {
    const model = await trainTiny();
    const outDir = await mkdtemp(join(tmpdir(), 'oddpixel-react-'));
    await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
    const server = await preview({
      root,
      logLevel: 'error',
      build: { outDir },
      preview: { port: 0, host: 'localhost' },
    });
    const browser = await launchChromium({
      webgpu: false,
      args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.addInitScript(() => {
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => {
        const { dataset } = document.documentElement;
        dataset['asked'] = String(Number(dataset['asked'] ?? 0) + 1);
        return ask(wanted);
      };
    });
    await page.route('**/model.onnx', (route) => route.fulfill({ body: Buffer.from(model) }));
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    const caption = page.locator('figcaption');
    // From the second frame on there is a speed.
    await expect
      .poll(() => caption.textContent({ timeout: 60_000 }), { timeout: 120_000 })
      .toMatch(/^nok, (?!0\.0)\d+\.\d frames\/s$/);
    // React's strict mode mounts twice; the first one asks for no camera, and its worker is gone.
    expect(await page.locator('html').getAttribute('data-asked')).toBe('1');
    await expect.poll(() => page.workers().length, { timeout: 30_000 }).toBe(1);
    const [mapWidth, mapHeight, brightest] = await page.evaluate(() => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      return [width, height, Math.max(...[...pixels].filter((_, i) => i % 4 < 3))] as const;
    });
    expect([mapWidth, mapHeight]).toEqual([64, 32]);
    expect(brightest).toBeGreaterThan(0);
    const track = await page.evaluateHandle(() => {
      const stream = document.querySelector('video')?.srcObject as MediaStream;
      return stream.getVideoTracks()[0] as MediaStreamTrack;
    });
    expect(await track.evaluate(({ readyState }) => readyState)).toBe('live');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect
      .poll(() => track.evaluate(({ readyState }) => readyState), { timeout: 30_000 })
      .toBe('ended');
    await expect.poll(() => page.workers().length, { timeout: 30_000 }).toBe(0);
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => caption.textContent(), { timeout: 120_000 }).toMatch(/^nok, /);
    expect(failures).toEqual([]);
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true });
  },
);
