/** How each kind of defect fares. */
import type { DefectMeasures, ScoredImage } from './evaluation.ts';
import { rankScores } from './ranking.ts';

/** Name for defective images whose kind is not known. */
const unnamed = 'nok';

export function defectOf({ defect }: { readonly defect?: string | undefined }): string {
  return defect ?? unnamed;
}

/** One row per kind of defect, by name. */
export function perDefectMeasures(
  scores: readonly ScoredImage[],
  threshold: number | undefined,
  pixelAurocs: ReadonlyMap<string, number | null>,
): DefectMeasures[] {
  const good = scores.filter(({ label }) => label === 'ok').map(({ score }) => score);
  const kinds = new Set(scores.filter(({ label }) => label === 'nok').map(defectOf));
  return [...kinds].sort().map((defect) => {
    const odd = scores
      .filter((image) => image.label === 'nok' && defectOf(image) === defect)
      .map(({ score }) => score);
    const found = odd.filter((score) => threshold !== undefined && score >= threshold).length;
    return {
      defect,
      images: odd.length,
      auroc: rankScores(good, odd)?.auroc ?? null,
      recall: threshold === undefined ? null : found / odd.length,
      pixelAuroc: pixelAurocs.get(defect) ?? null,
    };
  });
}
