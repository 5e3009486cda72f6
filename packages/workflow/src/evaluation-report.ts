/** The evaluation report: one HTML file with the measures and pictures of every evaluated image. */
import { describeRemark, type Dataset, type ImageCodec } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import { serializeEvaluation } from '@oddpixel/eval';
import { drawGalleryItem, renderReport, type EncodePicture, type GalleryItem } from '@oddpixel/eval/report';
import { evaluateModel, type EvaluateModelOptions, type ModelEvaluation } from './evaluate-model.ts';

export interface EvaluationReportOptions extends Omit<EvaluateModelOptions, 'withRasters'> {
  /** Heading of the report. Default: the names of model and data set. */
  readonly title?: string | undefined;
  /** What the report calls the model, such as the name of its file. */
  readonly modelName: string;
  readonly datasetName: string;
  /**
   * Turns a picture into the address that the page loads it from. Default: `dataUriPictures(codec)`, which keeps the
   * report in one file; to write pictures as files, save the bytes and return the file's relative path.
   */
  readonly encodePicture?: EncodePicture | undefined;
}

export interface EvaluationReport extends ModelEvaluation {
  /** The whole page. It loads nothing from elsewhere if the pictures are `data:` URIs. */
  readonly html: string;
  /** The whole evaluation as JSON, for programs. */
  readonly json: string;
}

/**
 * Evaluates a model and draws the report on the way: each image is decoded once, drawn while it is at hand, and
 * dropped. What stays in memory is four small pictures per image, or their addresses.
 *
 * @throws as `evaluateModel`
 */
export async function evaluationReport(
  model: AnomalyModel,
  dataset: Dataset,
  options: EvaluationReportOptions,
): Promise<EvaluationReport> {
  const { modelName, datasetName, title = `${modelName} on ${datasetName}` } = options;
  const { manifest } = model;
  const encode = options.encodePicture ?? dataUriPictures(options.codec);
  const gallery: GalleryItem[] = [];
  const evaluated = await evaluateModel(model, dataset, {
    ...options,
    withRasters: true,
    async onImage(image) {
      const { sample, result, raster, mask } = image;
      if (raster === undefined) throw new Error('unreachable: images evaluated with rasters have one');
      const { imageId, imageFileName: fileName, imageLabel: label, defect } = sample;
      const source = { imageId, fileName, label, defect, result, raster, mask };
      gallery.push(await drawGalleryItem(source, manifest, encode));
      await options.onImage?.(image);
    },
  });
  const { evaluation, excluded, remarks } = evaluated;
  const warnings = remarks.map(describeRemark);
  return {
    ...evaluated,
    html: renderReport({
      title,
      modelName,
      datasetName,
      manifest,
      evaluation,
      gallery,
      excluded,
      warnings,
    }),
    json: serializeEvaluation(evaluation),
  };
}

/** Pictures as `data:` URIs: photos in the given format, those that must not blur as PNG. */
export function dataUriPictures(
  codec: Pick<ImageCodec, 'encode'>,
  photoFormat: 'jpeg' | 'webp' = 'jpeg',
): EncodePicture {
  return async (picture, kind) => {
    const format = kind === 'photo' ? photoFormat : 'png';
    return `data:image/${format};base64,${toBase64(await codec.encode(picture, format))}`;
  };
}

/** In pieces, since a call takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  const piece = 0x80_00;
  let binary = '';
  for (let begin = 0; begin < bytes.length; begin += piece) {
    binary += String.fromCharCode(...bytes.subarray(begin, begin + piece));
  }
  return btoa(binary);
}
