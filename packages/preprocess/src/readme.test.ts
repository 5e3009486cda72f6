import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  augmentSample,
  augmentSeed,
  createAugmentParams,
  createPreprocessParams,
  mapToSource,
  preprocessRaster,
} from './index.ts';

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

/** Stands for any seeded generator of numbers in [0, 1). */
function seededGenerator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function augmentExample(epoch: number): unknown {
  const index = 7;
  const sample = preprocessRaster(photo, createPreprocessParams({ imageWidth: 320, imageHeight: 192 }));
  // #region augment
  const augmentation = createAugmentParams({
    flipHorizontal: true,
    rotation: 5,
    brightness: 0.1,
    imageRangeMin: 0,
    imageRangeMax: 255,
  });
  // In training, for every image in every epoch:
  const random = seededGenerator(augmentSeed({ seed: 42, epoch, index }));
  const varied = augmentSample(sample, augmentation, random);
  // #endregion
  return varied;
}

test('the README example works', () => {
  expect(example()).toEqual({ dims: [3, 192, 320], width: 50, height: 40 });
  expect(augmentExample(1)).toMatchObject({ image: { dims: [3, 192, 320] } });
  expect(augmentExample(1)).toEqual(augmentExample(1));
  expect(augmentExample(1)).not.toEqual(augmentExample(2));
});

test.each(['example', 'augment'])('the README shows this %s', (name) => {
  const source = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const pattern = new RegExp(String.raw`// #region ${name}\n(.*?) *// #endregion`, 's');
  const region = pattern.exec(source)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
