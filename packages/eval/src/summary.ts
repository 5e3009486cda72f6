/** An evaluation in short, and as a file. */
import type { Evaluation, ThresholdRow } from './evaluation.ts';

/** What `oddpixel evaluate --json` prints, without the timing. */
export interface EvaluationSummary {
  readonly images: number;
  readonly image: {
    readonly auroc: number | null;
    readonly ap: number | null;
    readonly f1Max: number | null;
  } | null;
  /** `null` if no ground truth of a defect was there. */
  readonly pixel: {
    readonly auroc: number | null;
    readonly ap: number | null;
    readonly aupro30: number | null;
    readonly aupro5: number | null;
  } | null;
  /** By name; given thresholds by `given:VALUE`. */
  readonly thresholds: Readonly<Record<string, Omit<ThresholdRow, 'name'>>>;
  readonly perDefect: Readonly<
    Record<
      string,
      {
        readonly images: number;
        readonly auroc: number | null;
        readonly recall: number | null;
        readonly pixelAuroc: number | null;
      }
    >
  >;
}

export function summarizeEvaluation({
  counts,
  image,
  pixel,
  thresholds,
  perDefect,
}: Evaluation): EvaluationSummary {
  return {
    images: counts.images,
    image: image && { auroc: image.auroc, ap: image.ap, f1Max: image.f1Max },
    // Good images alone tell nothing about pixels.
    pixel:
      pixel === null || pixel.regions + pixel.vanishedRegions === 0
        ? null
        : { auroc: pixel.auroc, ap: pixel.ap, aupro30: pixel.aupro30, aupro5: pixel.aupro5 },
    thresholds: Object.fromEntries(
      thresholds.map(({ name, ...row }) => [name === 'given' ? `given:${row.threshold}` : name, row]),
    ),
    perDefect: Object.fromEntries(perDefect.map(({ defect, ...row }) => [defect, row])),
  };
}

/** The whole evaluation as JSON. Infinite thresholds of curve ends become `null`, as JSON has no infinity. */
export function serializeEvaluation(evaluation: Evaluation): string {
  return `${JSON.stringify(evaluation, undefined, 1)}\n`;
}
