/** The pictures of one inspected image on disk. */
import type { ImageCodec, Raster } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import { renderOverlay } from '@oddpixel/eval';
import { writeFilesTogether, type FileToWrite } from '@oddpixel/runtime-node';
import type { Inspection } from '@oddpixel/workflow';
import { drawingRange } from '@oddpixel/eval/report';

export type MapFormat = 'png16' | 'float' | 'none';

/** Writes `BASE.map.png` or `BASE.map.tiff`, and `BASE.overlay.png`: both or none. Returns what was written. */
export async function writeInspection(
  inspection: Inspection,
  model: AnomalyModel,
  base: string,
  format: MapFormat,
  codec: ImageCodec,
  signal: AbortSignal,
): Promise<string[]> {
  const { anomalyImage, anomalyRegion } = inspection.result;
  const files: FileToWrite[] = [];
  const write = async (path: string, raster: Raster, kind: 'png' | 'tiff'): Promise<void> => {
    files.push({ path, bytes: await codec.encode(raster, kind) });
  };
  if (format === 'float') {
    await write(`${base}.map.tiff`, { ...anomalyImage, channels: 1 }, 'tiff');
  } else if (format === 'png16') {
    await write(
      `${base}.map.png`,
      { ...anomalyImage, channels: 1, data: toSixteenBit(anomalyImage.data, model) },
      'png',
    );
  }
  const range = drawingRange(model.manifest, Float32Array.of(0, 1));
  const overlay = renderOverlay(inspection.raster, anomalyImage, {
    ...range,
    geometry: inspection.result.geometry,
    sourceRange: model.manifest.preprocessing.sourceRange,
    region: anomalyRegion,
  });
  await write(`${base}.overlay.png`, overlay, 'png');
  await writeFilesTogether(files, { signal });
  return files.map(({ path }) => path);
}

/** 0 at the mean good pixel, half of the range at the segmentation threshold, clamped. */
function toSixteenBit(map: Float32Array, model: AnomalyModel): Uint16Array {
  const { min, max } = drawingRange(model.manifest, Float32Array.of(0, 1));
  return Uint16Array.from(map, (value) =>
    Math.round(65535 * Math.min(1, Math.max(0, (value - min) / (max - min)))),
  );
}
