/** The report on disk: pictures of every evaluated image, the HTML file, and the numbers as JSON. */
import { join } from 'node:path';
import type { AnomalyModel } from '@oddpixel/model-core/model';
import type { ImageCodec, Raster } from '@oddpixel/contract';
import { serializeEvaluation } from '@oddpixel/eval';
import { drawGalleryItem, renderReport, type GalleryItem, type ReportData } from '@oddpixel/eval/report';
import { writeFilesTogether } from '@oddpixel/runtime-node';
import type { EvaluatedSample } from '@oddpixel/workflow';

/** Draws one evaluated image for the gallery. */
export function galleryItem(
  { sample, result, raster, mask }: EvaluatedSample & { readonly raster: Raster },
  { manifest }: AnomalyModel,
  codec: ImageCodec,
): Promise<GalleryItem> {
  const { imageId, imageFileName: fileName, imageLabel: label, defect } = sample;
  return drawGalleryItem(
    {
      imageId,
      fileName,
      label,
      defect,
      result,
      raster,
      mask,
    },
    manifest,
    async (picture, kind) => {
      const format = kind === 'photo' ? 'webp' : 'png';
      return `data:image/${format};base64,${Buffer.from(await codec.encode(picture, format)).toString('base64')}`;
    },
  );
}

/** Writes `report.html` and `evaluation.json` into a folder; returns their paths. */
export async function writeReport(folder: string, data: ReportData, signal: AbortSignal): Promise<string[]> {
  const report = join(folder, 'report.html');
  const numbers = join(folder, 'evaluation.json');
  const text = new TextEncoder();
  await writeFilesTogether(
    [
      { path: numbers, bytes: text.encode(serializeEvaluation(data.evaluation)) },
      { path: report, bytes: text.encode(renderReport(data)) },
    ],
    { signal },
  );
  return [report, numbers];
}
