/** Evaluating a model on a data set, with a report on disk: shared by `evaluate` and `demo`. */
import { basename, join } from 'node:path';
import type { Backend, Dataset, FileSource, ImageLimits } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import type { EvaluationParams } from '@oddpixel/eval';
import { sharpCodec, writeFilesTogether } from '@oddpixel/runtime-node';
import {
  dataUriPictures,
  evaluateModel,
  evaluationReport,
  type EvaluateModelOptions,
  type ModelEvaluation,
} from '@oddpixel/workflow';
import { sayRemarks, type ProgressLine } from './progress.ts';

export interface EvaluationRun {
  readonly model: AnomalyModel;
  readonly modelName: string;
  readonly dataset: Dataset;
  readonly datasetName: string;
  readonly source: FileSource;
  readonly backend: Backend;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  readonly limits?: ImageLimits | undefined;
  /** Folder of the report. Absent: no report. */
  readonly report?: string | undefined;
  readonly params?: Partial<EvaluationParams>;
  /** Take what can be read of damaged images. Default: refuse them. */
  readonly acceptDamaged?: boolean | undefined;
}

/** Evaluates and, if a folder is given, writes `report.html` and `evaluation.json` there. */
export async function runEvaluation(
  run: EvaluationRun,
): Promise<ModelEvaluation & { readonly files: readonly string[] }> {
  const { model, modelName, datasetName, dataset, progress, signal, report: folder } = run;
  const codec = sharpCodec({ acceptDamaged: run.acceptDamaged });
  const options: EvaluateModelOptions = {
    backend: run.backend,
    source: run.source,
    codec,
    signal,
    limits: run.limits,
    params: run.params,
    onProgress: ({ done, total }) => progress.update('evaluate', done, total),
  };
  if (folder === undefined) {
    const evaluated = await evaluateModel(model, dataset, options);
    sayRemarks(progress, evaluated.remarks);
    return { ...evaluated, files: [] };
  }
  const title = `${basename(modelName)} on ${datasetName}`;
  const encodePicture = dataUriPictures(codec, 'webp');
  const evaluated = await evaluationReport(model, dataset, {
    ...options,
    title,
    modelName,
    datasetName,
    encodePicture,
  });
  sayRemarks(progress, evaluated.remarks);
  const [page, numbers] = [join(folder, 'report.html'), join(folder, 'evaluation.json')];
  const text = new TextEncoder();
  await writeFilesTogether(
    [
      { path: numbers, bytes: text.encode(evaluated.json) },
      { path: page, bytes: text.encode(evaluated.html) },
    ],
    { signal },
  );
  return { ...evaluated, files: [page, numbers] };
}

/** The measures in two or three lines for a person. */
export function describeEvaluation({ evaluation, excluded, elapsedMs, masks }: ModelEvaluation): string[] {
  const { counts, image, pixel, thresholds } = evaluation;
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : value.toFixed(4);
  const model = thresholds.find(({ name }) => name === 'model');
  const interval = image?.intervals.auroc;
  const lines = [
    `${counts.images} images (${counts.ok} good, ${counts.nok} defective), ${((1000 * counts.images) / elapsedMs).toFixed(1)} per second`,
    `image  AUROC ${number(image?.auroc)}${interval ? ` (${number(interval[0])} to ${number(interval[1])})` : ''}   AP ${number(image?.ap)}   best F1 ${number(image?.f1Max)}`,
  ];
  if (counts.ok === 0 || counts.nok === 0) {
    lines.push(
      `no AUROC: it compares good with defective images, and none is ${counts.ok === 0 ? 'good' : 'defective'}`,
    );
  }
  if (pixel !== null && pixel.auroc !== null) {
    lines.push(
      `pixel  AUROC ${number(pixel.auroc)}   AP ${number(pixel.ap)}   AUPRO@0.3 ${number(pixel.aupro30)}   AUPRO@0.05 ${number(pixel.aupro5)}`,
    );
  }
  if (masks.used > 0 && masks.used < masks.defective) {
    lines.push(
      `pixel figures: ${masks.used} of ${masks.defective} masks; the other defective images have none`,
    );
  }
  if (model !== undefined) {
    const { truePositives, falsePositives, falseNegatives } = model.confusion;
    lines.push(
      `at the model's threshold: ${truePositives} defective images found, ${falseNegatives} missed, ${falsePositives} false alarms`,
    );
  }
  if (excluded.length > 0) {
    lines.push(`${excluded.length} images left out: the model was trained on them`);
  }
  return lines;
}
