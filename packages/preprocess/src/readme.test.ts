import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createPreprocessParams, mapToSource, preprocessRaster } from './index.ts';

const photo = { width: 50, height: 40, channels: 3, data: new Uint8Array(6000).fill(9) };

function example(): unknown {
  // #region example
  const params = createPreprocessParams({ imageWidth: 320, imageHeight: 192 });
  const sample = preprocessRaster(photo, params);
  // sample.image is float32 [3, 192, 320] in 0..255; a model turns it into an anomaly map of 320×192 …
  const map = { width: 320, height: 192, data: new Float32Array(320 * 192) };
  // … which goes back onto the photo's own pixels like this:
  const onPhoto = mapToSource(map, sample.geometry);
  // #endregion
  return { dims: sample.image.dims, width: onPhoto.width, height: onPhoto.height };
}

it('does what the README shows', () => {
  expect(example()).toEqual({ dims: [3, 192, 320], width: 50, height: 40 });
});

it('is the README’s example', () => {
  const source = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(source)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
