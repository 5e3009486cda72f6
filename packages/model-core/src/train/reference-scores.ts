/** Collecting what calibration stands on: scores and map pixels of good images that did not shape the score. */
import { ResultError, type Calibration, type ReferenceSource } from '../contract/index.ts';

export interface ReferenceCollector {
  /**
   * Adds one image: its raw score and, for the pixel statistics, its raw map. At least one image needs a map.
   *
   * @throws ResultError, here or in `finish`, when score or map are not finite.
   */
  add(score: number, map?: Float32Array): void;
  /** `undefined` where no image was added. */
  finish(source: ReferenceSource): Calibration | undefined;
}

export function collectReferences(): ReferenceCollector {
  const scores: number[] = [];
  let pixels = 0;
  let sum = 0;
  let squares = 0;
  return {
    add(score, map = new Float32Array(0)): void {
      if (!Number.isFinite(score)) throw notFinite(`score is ${score}`);
      scores.push(score);
      for (const value of map) {
        sum += value;
        squares += value * value;
      }
      pixels += map.length;
    },
    finish(source): Calibration | undefined {
      if (scores.length === 0) return undefined;
      const mean = sum / pixels;
      if (!Number.isFinite(squares)) throw notFinite('map holds NaN or infinity');
      return {
        source,
        referenceScores: scores.sort((a, b) => a - b),
        pixelMean: mean,
        pixelDeviation: Math.sqrt(Math.max(0, squares / pixels - mean * mean)),
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
