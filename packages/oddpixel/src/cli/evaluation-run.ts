/** Evaluating a model on a data set, with pictures for the report: shared by `evaluate` and `demo`. */
import { basename } from 'node:path';
import {
  describeRemark,
  type Backend,
  type Dataset,
  type FileSource,
  type ImageLimits,
} from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core/model';
import { imagePath } from '@oddpixel/dataset';
import type { EvaluationParams } from '@oddpixel/eval';
import type { GalleryItem } from '@oddpixel/eval/report';
import { sharpCodec } from '@oddpixel/runtime-node';
import { evaluateModel, type ModelEvaluation } from '@oddpixel/workflow';
import { sayRemarks, type ProgressLine } from './progress.ts';
import { galleryItem, writeReport } from './report-files.ts';

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

/** Evaluates and, where asked, writes the report. */
export async function runEvaluation(
  run: EvaluationRun,
): Promise<ModelEvaluation & { readonly files: readonly string[] }> {
  const { model, dataset, source, backend, progress, signal, report } = run;
  const codec = sharpCodec({ acceptDamaged: run.acceptDamaged });
  const gallery: GalleryItem[] = [];
  const evaluated = await evaluateModel(model, dataset, {
    backend,
    source,
    codec,
    signal,
    limits: run.limits,
    params: run.params,
    onProgress: ({ done, total }) => progress.update('evaluate', done, total),
    onImage:
      report === undefined
        ? undefined
        : async (image): Promise<void> => {
            const raster =
              image.raster ??
              (await codec.decode(
                await source.read(imagePath(dataset, image.sample), { maxBytes: run.limits?.maxFileBytes }),
                { limits: run.limits },
              ));
            gallery.push(await galleryItem({ ...image, raster }, model, codec));
          },
  });
  sayRemarks(progress, evaluated.remarks);
  if (report === undefined) return { ...evaluated, files: [] };
  const data = {
    title: `${basename(run.modelName)} on ${run.datasetName}`,
    modelName: run.modelName,
    datasetName: run.datasetName,
    manifest: model.manifest,
    evaluation: evaluated.evaluation,
    gallery,
    excluded: evaluated.excluded,
    warnings: evaluated.remarks.map(describeRemark),
  };
  return { ...evaluated, files: await writeReport(report, data, signal) };
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
