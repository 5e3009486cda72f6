/**
 * `npx tsx --conditions=@oddpixel/source examples/node-api/readme-picture.ts [FOLDER]`: draws docs/images/apple.png, an apple with its map and overlay, from
 * the model and the pictures of a finished `pnpm demo` (default `oddpixel-demo`).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel } from '@oddpixel/model-core';
import { renderMap, renderOverlay, tileRasters, type DrawingRange } from '@oddpixel/eval';
import { resizeMap } from '@oddpixel/preprocess';
import { cpu, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { createInspector } from '@oddpixel/workflow';
import { repositoryRoot } from '@oddpixel/testing';

const folder = process.argv[2] ?? join(repositoryRoot, 'oddpixel-demo');
const model = readModel(new Uint8Array(await readFile(join(folder, 'apples.onnx'))));
const backend = await cpu().open();
const codec = sharpCodec();
const inspector = await createInspector(model, { backend, codec });
const image = new Uint8Array(await readFile(join(folder, 'apples/test/worm/001.png')));
const { raster, result } = await inspector.inspect({ name: 'worm', image });
const { calibration, thresholds } = model.manifest;
const min = calibration?.pixelMean ?? 0;
const range: DrawingRange = { min, max: min + 2.2 * ((thresholds?.segmentation ?? 1) - min) };
const map = resizeMap(result.anomalyImage, raster.width, raster.height);
const { anomalyRegion } = result;
const strip = tileRasters(
  [
    raster,
    renderMap(map, range),
    renderOverlay(raster, result.anomalyImage, { ...range, region: anomalyRegion }),
  ],
  { gap: 10 },
);
await writeFileAtomic(join(repositoryRoot, 'docs/images/apple.png'), await codec.encode(strip, 'png'));
await inspector.dispose();
await backend.dispose();
