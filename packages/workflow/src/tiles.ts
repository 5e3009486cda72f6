/** Inspection of a large image in overlapping tiles, so that small defects are seen at the scale the model learned. */
import { type Raster, type Result } from '@oddpixel/contract';
import { inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import { applyThresholds, type LoadedModel } from '@oddpixel/model-core';
import {
  createTileBlender,
  planTiles,
  preprocessParamsFromModel,
  preprocessRaster,
  type PreprocessOptions,
  type TileOptions,
} from '@oddpixel/preprocess';
import type { Batching } from './batching.ts';
import { namingImage } from './name-image.ts';

/** How the tiles are run, and who is called with what preprocessing notices. */
interface TileRun extends Batching, Pick<PreprocessOptions, 'onWarning'> {
  readonly signal?: AbortSignal;
}

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
  { signal, batchSize, inFlight, onWarning }: TileRun,
  name?: string,
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
  const run = signal === undefined ? {} : { signal };
  let score = -Infinity;
  const scored = mapOrdered(inBatches(boxes, batchSize), inFlight, (batch) =>
    loaded
      .apply(
        batch.map((box) => preprocessRaster(raster, params, { box, onWarning })),
        run,
      )
      .catch((error: unknown) => {
        throw namingImage(error, name);
      }),
  );
  for await (const batch of scored) {
    for (const { anomalyImage, anomalyScore, geometry } of batch) {
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
  return applyThresholds(result, thresholds, calibration);
}
