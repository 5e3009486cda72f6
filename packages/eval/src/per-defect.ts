/** How each kind of defect fares. */
import type { DefectMeasures, ScoredImage } from './evaluation.ts';
import { rank, rankingMeasures, type Ranking } from './ranking.ts';

/** Name for defective images whose kind is not known. */
const unnamed = 'nok';

export function defectOf({ defect }: { readonly defect?: string }): string {
  return defect ?? unnamed;
}

/** One row per kind of defect, by name. */
export function perDefectMeasures(
  scores: readonly ScoredImage[],
  threshold: number | undefined,
  pixelAurocs: ReadonlyMap<string, number | null>,
): DefectMeasures[] {
  const good = scores.filter(({ label }) => label === 'ok');
  const kinds = new Set(scores.filter(({ label }) => label === 'nok').map(defectOf));
  return [...kinds].sort().map((defect) => {
    const images = scores.filter((image) => image.label === 'nok' && defectOf(image) === defect);
    const found = images.filter(({ score }) => threshold !== undefined && score >= threshold).length;
    return {
      defect,
      images: images.length,
      auroc: rankingMeasures(rankScores(good, images))?.auroc ?? null,
      recall: threshold === undefined ? null : found / images.length,
      pixelAuroc: pixelAurocs.get(defect) ?? null,
    };
  });
}

/** Good images against defective ones by their scores, which are float32. */
export function rankScores(good: readonly ScoredImage[], odd: readonly ScoredImage[]): Ranking {
  const scores = (images: readonly ScoredImage[]): Float32Array =>
    Float32Array.from(images, ({ score }) => score);
  return rank([scores(good)], scores(odd).sort());
}
