/** Inspection of a large image in overlapping tiles, so that small defects are seen at the scale the model learned. */
import type { PreprocessedSample, Raster, Result } from '@oddpixel/model-core/contract';
import { applyThresholds, type LoadedModel } from '@oddpixel/model-core/model';
import {
  createTileBlender,
  planTiles,
  preprocessParamsFromModel,
  preprocessRaster,
  type TileOptions,
} from '@oddpixel/preprocess';

/**
 * Runs the model on every tile and blends the maps without seams.
 *
 * The result's map covers the whole image at the scale that the model saw, never finer than the source; its score
 * is the highest of all tiles. A threshold's false-alarm rate holds per tile, so per image it grows with their number.
 */
export async function inspectTiles(
  loaded: LoadedModel,
  raster: Raster,
  tile: TileOptions,
  options: { signal?: AbortSignal; batchSize: number },
): Promise<Result> {
  const params = preprocessParamsFromModel(loaded.model.manifest);
  const { width: sourceWidth, height: sourceHeight } = raster;
  const boxes = planTiles(sourceWidth, sourceHeight, tile);
  const [first] = boxes;
  const scaleX = Math.min(1, params.imageWidth / (first?.width ?? sourceWidth));
  const scaleY = Math.min(1, params.imageHeight / (first?.height ?? sourceHeight));
  const width = Math.max(1, Math.round(sourceWidth * scaleX));
  const height = Math.max(1, Math.round(sourceHeight * scaleY));
  const blender = createTileBlender(boxes, { sourceWidth, sourceHeight, width, height });
  const run = options.signal === undefined ? {} : { signal: options.signal };
  let score = -Infinity;
  for (let start = 0; start < boxes.length; start += options.batchSize) {
    const samples: PreprocessedSample[] = boxes
      .slice(start, start + options.batchSize)
      .map((box) => preprocessRaster(raster, params, { box }));
    for (const { anomalyImage, anomalyScore, geometry } of await loaded.apply(samples, run)) {
      blender.add({ box: geometry.box, map: anomalyImage });
      score = Math.max(score, anomalyScore);
    }
  }
  const result: Result = {
    anomalyImage: blender.finish(),
    anomalyScore: score,
    geometry: {
      sourceWidth,
      sourceHeight,
      box: { x: 0, y: 0, width: sourceWidth, height: sourceHeight },
      width,
      height,
    },
  };
  const { thresholds, calibration } = loaded.model.manifest;
  return thresholds === undefined ? result : applyThresholds(result, thresholds, calibration);
}
