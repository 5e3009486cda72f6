import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { fittingSize } from './model-size.ts';

describe('fittingSize', () => {
  test('follows the shape of the image', () => {
    expect(fittingSize({ width: 320, height: 256 }, undefined)).toEqual({
      imageWidth: 288,
      imageHeight: 224,
    });
    expect(fittingSize({ width: 4000, height: 3000 }, undefined, 'fine')).toEqual({
      imageWidth: 448,
      imageHeight: 320,
    });
    expect(fittingSize({ width: 1000, height: 1000 }, { x: 0, y: 0, width: 0.5, height: 1 })).toEqual({
      imageWidth: 192,
      imageHeight: 352,
    });
  });

  test('returns a valid model size that is never much larger than the image', () => {
    const side = fc.integer({ min: 1, max: 12_000 });
    fc.assert(
      fc.property(side, side, fc.constantFrom('coarse', 'normal', 'fine'), (width, height, detail) => {
        const size = fittingSize({ width, height }, undefined, detail);
        expect(() => createPreprocessParams(size)).not.toThrow();
        expect(size.imageWidth).toBeLessThan(width + 32);
        expect(size.imageHeight).toBeLessThan(height + 32);
      }),
    );
  });
});
