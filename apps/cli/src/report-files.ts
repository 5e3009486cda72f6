/** The report on disk: pictures of every evaluated image, the HTML file, and the numbers as JSON. */
import { join } from 'node:path';
import { calibratedValue, type AnomalyModel } from '@oddpixel/model-core/model';
import type { ImageCodec, ImageFormat, Raster } from '@oddpixel/model-core/contract';
import { renderOverlay, serializeEvaluation, thumbnail, toRgb, type DrawingRange } from '@oddpixel/eval';
import { renderReport, type GalleryItem, type ReportData } from '@oddpixel/eval/report';
import { writeFileAtomic } from '@oddpixel/runtime-node';
import type { EvaluatedSample } from '@oddpixel/workflow';

/** Longer side of the gallery's pictures, in pixels. */
const pictureSize = 288;

/** The range that pictures show: from the mean good pixel to twice as far as the segmentation threshold. */
export function drawingRange(
  { manifest }: AnomalyModel,
  fallback: { min: number; max: number },
): DrawingRange {
  const { thresholds, calibration } = manifest;
  if (thresholds === undefined) return fallback;
  const min = calibration?.pixelMean ?? 0;
  const span = thresholds.segmentation - min;
  return calibratedValue(thresholds.segmentation, thresholds.segmentation, min) === 0.5 && span > 0
    ? { min, max: min + 2 * span }
    : fallback;
}

/** Draws one evaluated image for the gallery. */
export async function galleryItem(
  { sample, result, raster, mask }: EvaluatedSample & { readonly raster: Raster },
  model: AnomalyModel,
  codec: ImageCodec,
): Promise<GalleryItem> {
  const { anomalyImage: map, geometry, anomalyRegion } = result;
  const range = drawingRange(model, extent(map.data));
  // Drawn at the gallery's size: full-size overlays of large images would take long and be thrown away.
  const small = toRgb(thumbnail(toRgb(raster), pictureSize));
  const factor = small.width / raster.width;
  const { box } = geometry;
  const placed = {
    ...geometry,
    box: { x: box.x * factor, y: box.y * factor, width: box.width * factor, height: box.height * factor },
  };
  const overlay = renderOverlay(small, map, {
    ...range,
    geometry: placed,
    ...(anomalyRegion && { region: anomalyRegion }),
    ...(mask && sample.imageLabel === 'nok' && { groundTruth: mask }),
  });
  const black: Raster = { ...small, data: new Uint8Array(small.data.length) };
  // Map and mask alone are overlays on black at full opacity, so that all four pictures lie alike.
  const mapPicture = renderOverlay(black, map, { ...range, geometry: placed, opacity: 1 });
  const truth: Raster | undefined =
    mask && sample.imageLabel === 'nok'
      ? renderOverlay(
          black,
          { width: map.width, height: map.height, data: Float32Array.from(mask) },
          { min: 0, max: 1, colorMap: 'hot', geometry: placed, opacity: 1 },
        )
      : undefined;
  const uri = async (picture: Raster, format: ImageFormat): Promise<string> =>
    `data:image/${format};base64,${Buffer.from(await codec.encode(picture, format)).toString('base64')}`;
  return {
    imageId: sample.imageId,
    fileName: sample.imageFileName,
    label: sample.imageLabel,
    ...(sample.defect !== undefined && { defect: sample.defect }),
    score: result.anomalyScore,
    ...(result.anomalyClass !== undefined && { verdict: result.anomalyClass }),
    ...(result.pValue !== undefined && { pValue: result.pValue }),
    width: small.width,
    height: small.height,
    image: await uri(small, 'webp'),
    map: await uri(mapPicture, 'webp'),
    overlay: await uri(overlay, 'webp'),
    ...(truth !== undefined && { groundTruth: await uri(truth, 'png') }),
  };
}

/** Writes `report.html` and `evaluation.json` into a folder; returns their paths. */
export async function writeReport(folder: string, data: ReportData, signal: AbortSignal): Promise<string[]> {
  const report = join(folder, 'report.html');
  const numbers = join(folder, 'evaluation.json');
  const text = new TextEncoder();
  await writeFileAtomic(numbers, text.encode(serializeEvaluation(data.evaluation)), { signal });
  await writeFileAtomic(report, text.encode(renderReport(data)), { signal });
  return [report, numbers];
}

function extent(values: Float32Array): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
