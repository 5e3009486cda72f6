/** Collecting what calibration is based on: scores and map pixels of good images that did not shape the score. */
import { ResultError, type Calibration, type ReferenceSource } from '@oddpixel/contract';

export interface ReferenceCollector {
  /**
   * Adds one image: its raw score and, for the pixel statistics, its raw map. At least one image needs a map.
   *
   * @throws ResultError if score or map are not finite.
   */
  add(score: number, map?: Float32Array): void;
  /**
   * Of all images, or of those whose positions in the order of adding are given. `undefined` if there is none.
   */
  finish(source: ReferenceSource, positions?: readonly number[]): Calibration | undefined;
}

export function collectReferences(): ReferenceCollector {
  const images: { score: number; pixels: number; sum: number; squares: number }[] = [];
  return {
    add(score, map = new Float32Array(0)): void {
      if (!Number.isFinite(score)) throw notFinite(`score is ${score}`);
      let sum = 0;
      let squares = 0;
      // Not `for … of`, which makes an object of every number.
      for (let i = 0; i < map.length; i++) {
        const value = map[i] as number;
        sum += value;
        squares += value * value;
      }
      if (!Number.isFinite(squares)) throw notFinite('map holds NaN or infinity');
      images.push({ score, pixels: map.length, sum, squares });
    },
    finish(source, positions = [...images.keys()]): Calibration | undefined {
      if (positions.length === 0) return undefined;
      const chosen = positions.map((position) => images[position] as (typeof images)[number]);
      const total = (field: 'pixels' | 'sum' | 'squares'): number =>
        chosen.reduce((sum, image) => sum + image[field], 0);
      const pixels = total('pixels');
      const mean = total('sum') / pixels;
      return {
        source,
        referenceScores: chosen.map(({ score }) => score).sort((a, b) => a - b),
        pixelMean: mean,
        pixelDeviation: Math.sqrt(Math.max(0, total('squares') / pixels - mean * mean)),
      };
    },
  };
}

function notFinite(problem: string): ResultError {
  return new ResultError({
    what: 'a reference image of the calibration',
    problem: `its ${problem}`,
    fix: 'Check that the images lie in the gray value range that the preprocessing parameters state.',
  });
}
