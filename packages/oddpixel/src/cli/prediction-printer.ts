/** What `predict` prints as verdicts arrive: rows of a table, lines of JSON, or one JSON document at the end. */
import type { Remark, ThresholdStatement } from '@oddpixel/contract';
import type { InspectionJson } from '@oddpixel/workflow';
import type { SkippedFile } from './image-inputs.ts';
import { counted, formatNumber, printJson, printJsonLine, printLines } from './output.ts';
import type { ProgressLine } from './progress.ts';

/** What `predict --json` prints for one image: the JSON form of its inspection, with files for the name. */
export interface Prediction extends Omit<InspectionJson, 'name'> {
  readonly file: string;
  /** What was written for it. */
  readonly files: readonly string[];
}

/** An image without a verdict, or with one but without its pictures. */
export interface Failure {
  readonly file: string;
  readonly error: string;
  readonly lost: 'verdict' | 'pictures';
}

export interface PredictionSink {
  prediction(prediction: Prediction): void;
  failure(failure: Failure): void;
}

interface PredictionSummary {
  /** Images that were to be inspected. */
  readonly total: number;
  readonly interrupted: boolean;
  readonly earlierPictures: number;
  readonly remarks: readonly Remark[];
  readonly threshold: number | null;
  readonly statement: ThresholdStatement | null;
  readonly elapsedMs: number;
  readonly out: string | undefined;
}

export interface PredictionPrinter extends PredictionSink {
  skipped(file: SkippedFile): void;
  /** Prints what comes last; returns what the exit code depends on. */
  end(summary: PredictionSummary): { failures: number; odd: number };
}

/** Wide enough for what the columns hold; the last one, the name, needs no width. */
const row = (verdict: string, score: string, p: string, regions: string, image: string): string =>
  [verdict.padEnd(7), score.padStart(10), p.padStart(8), regions.padStart(7), image].join('  ');

export function predictionPrinter(
  format: 'table' | 'json' | 'jsonl',
  progress: ProgressLine,
): PredictionPrinter {
  const predictions: Prediction[] = [];
  const failures: Failure[] = [];
  const skipped: SkippedFile[] = [];
  let inspected = 0;
  let odd = 0;
  const table = (text: string): void => {
    progress.end();
    printLines(text);
  };
  return {
    prediction(prediction) {
      const { verdict, score, pValue, regions, file } = prediction;
      if (inspected++ === 0 && format === 'table') table(row('verdict', 'score', 'p', 'regions', 'image'));
      if (verdict === 'nok') odd++;
      if (format === 'json') predictions.push(prediction);
      else if (format === 'jsonl') printJsonLine({ type: 'image', ...prediction });
      else {
        const p = pValue === null ? '–' : formatNumber(pValue);
        table(row(verdict ?? '–', score.toPrecision(5), p, String(regions.length), file));
      }
    },
    failure(failure) {
      failures.push(failure);
      progress.say(`error: ${failure.error}`);
      if (format === 'jsonl') printJsonLine({ type: 'failure', ...failure });
    },
    skipped(file) {
      skipped.push(file);
      if (format === 'jsonl') printJsonLine({ type: 'skipped', ...file });
    },
    end({ total, interrupted, earlierPictures, out, elapsedMs, ...facts }) {
      const timing = { imagesPerSecond: elapsedMs > 0 ? (1000 * inspected) / elapsedMs : 0 };
      const outcome = { ...facts, interrupted, timing };
      if (format === 'json') printJson({ images: predictions, failures, skipped, ...outcome });
      else if (format === 'jsonl') {
        printJsonLine({
          type: 'summary',
          images: inspected,
          nok: odd,
          failures: failures.length,
          skipped: skipped.length,
          ...outcome,
        });
      } else {
        const count = (lost: Failure['lost']): number => failures.filter((f) => f.lost === lost).length;
        const parts: [number, string][] = [
          [count('verdict'), `${counted(count('verdict'), 'file')} without a verdict`],
          [count('pictures'), `${counted(count('pictures'), 'image')} without pictures`],
          [earlierPictures, `${counted(earlierPictures, 'picture')} of an earlier run left out`],
          [skipped.length - earlierPictures, `${skipped.length - earlierPictures} skipped`],
          [Number(interrupted), `interrupted after ${inspected} of ${counted(total, 'image')}`],
        ];
        const told = parts.filter(([number]) => number > 0).map(([, text]) => text);
        const where = out === undefined ? [] : [`pictures in ${out}`];
        printLines([`${odd} of ${inspected} nok`, ...told, ...where].join(' · '));
        explainSkipped(skipped);
      }
      return { failures: failures.length, odd };
    },
  };

  /** Which files, and why: on stderr, a line for each reason. */
  function explainSkipped(files: readonly SkippedFile[]): void {
    for (const reason of new Set(files.map((file) => file.reason))) {
      const named = files.filter((file) => file.reason === reason).map(({ file }) => file);
      const more = named.length > 3 ? ` and ${named.length - 3} more` : '';
      progress.say(`skipped: ${named.slice(0, 3).join(', ')}${more}: ${reason}`);
    }
  }
}
