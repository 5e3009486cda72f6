/** Images of stripes, good or with a blot: a task that even a random backbone can learn. */
import { hostTensor, type PreprocessParams } from '@oddpixel/contract';
import type { TrainingSample } from '../src/train/index.ts';

export const stripesSize = { width: 96, height: 64 } as const;

/** The model's range is the one the tiny backbone takes. */
export const stripesPreprocessing: PreprocessParams = {
  imageWidth: stripesSize.width,
  imageHeight: stripesSize.height,
  imageNumChannels: 3,
  imageRangeMin: 0,
  imageRangeMax: 255,
  normalizationType: 'none',
  domainHandling: 'fullDomain',
};

/** @param blot upper left corner of an 16×16 blot. */
export function stripes(index: number, blot?: { readonly x: number; readonly y: number }): TrainingSample {
  const { width, height } = stripesSize;
  const data = new Float32Array(3 * width * height);
  const phase = (index * 5) % 12;
  // From the thirteenth image on, phases come up again: shading keeps those from being near-equal to earlier ones.
  const turn = Math.floor(index / 12);
  const shading = (x: number, y: number): number =>
    turn === 0 ? 0 : Math.round(40 * Math.sin((2 * Math.PI * (turn * x + (turn + 1) * y)) / width + turn));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inBlot = blot !== undefined && x >= blot.x && x < blot.x + 16 && y >= blot.y && y < blot.y + 16;
      for (let c = 0; c < 3; c++) {
        const stripe = (x + phase) % 12 < 6 ? 60 + 20 * c : 190 - 10 * c;
        const noise = ((x * 7 + y * 13 + index * 31 + c * 3) % 11) - 5;
        data[(c * height + y) * width + x] = inBlot ? 255 * ((x + y) % 2) : stripe + noise + shading(x, y);
      }
    }
  }
  return {
    imageId: index,
    image: hostTensor('float32', [3, height, width], data),
    geometry: { sourceWidth: width, sourceHeight: height, box: { x: 0, y: 0, width, height }, width, height },
    imageHash: index.toString(16).padStart(16, '0'),
  };
}
