/** The pictures of one image for the report's gallery, in one size and one colour scale. */
import type { ImageLabel, ModelManifest, Raster, Result } from '@oddpixel/contract';
import { thumbnail } from '../compose.ts';
import { renderOverlay, toRgb, type DrawingRange } from '../overlay.ts';
import type { GalleryItem } from './report-data.ts';

/** Longer side of the pictures, in pixels. */
const pictureSize = 288;

/** One judged image. */
export interface GallerySource {
  readonly imageId: number;
  readonly fileName: string;
  readonly label: ImageLabel;
  readonly defect?: string | undefined;
  readonly result: Result;
  /** The decoded image. */
  readonly raster: Raster;
  /** Ground truth at model size, 1 where anomalous. */
  readonly mask?: Uint8Array | undefined;
}

/** A picture as a `data:` URI; `exact` if colours carry meaning and must not blur. */
export type EncodePicture = (picture: Raster, kind: 'photo' | 'exact') => Promise<string>;

/** Map values from the mean good pixel to twice as far as the segmentation threshold; without one, what the map holds. */
export function drawingRange(
  { thresholds, calibration }: Pick<ModelManifest, 'thresholds' | 'calibration'>,
  values: Float32Array,
): DrawingRange {
  const min = calibration?.pixelMean ?? 0;
  const span = (thresholds?.segmentation ?? min) - min;
  if (span > 0) return { min, max: min + 2 * span };
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { min: low, max: high };
}

/** Drawn at the gallery's size: overlays at full size would take long and be thrown away. */
export async function drawGalleryItem(
  { imageId, fileName, label, defect, result, raster, mask }: GallerySource,
  manifest: Pick<Partial<ModelManifest>, 'thresholds' | 'calibration' | 'preprocessing'>,
  encode: EncodePicture,
): Promise<GalleryItem> {
  const { anomalyImage: map, anomalyRegion, anomalyScore, anomalyClass, pValue } = result;
  const range = drawingRange(manifest, map.data);
  const small = thumbnail(toRgb(raster, manifest.preprocessing?.sourceRange), pictureSize);
  const geometry = scaled(result.geometry, small.width / raster.width);
  const truth = label === 'nok' ? mask : undefined;
  const black: Raster = { ...small, data: new Uint8Array(small.data.length) };
  const overlay = renderOverlay(small, map, {
    ...range,
    geometry,
    region: anomalyRegion,
    groundTruth: truth,
  });
  // Map and truth alone are overlays on black at full opacity, so that all pictures lie alike.
  const mapPicture = renderOverlay(black, map, { ...range, geometry, opacity: 1 });
  const truthMap = truth && { width: map.width, height: map.height, data: Float32Array.from(truth) };
  const truthPicture =
    truthMap && renderOverlay(black, truthMap, { min: 0, max: 1, colorMap: 'hot', geometry, opacity: 1 });
  return {
    imageId,
    fileName,
    label,
    defect,
    score: anomalyScore,
    verdict: anomalyClass,
    pValue,
    width: small.width,
    height: small.height,
    image: await encode(small, 'photo'),
    map: await encode(mapPicture, 'photo'),
    overlay: await encode(overlay, 'photo'),
    groundTruth: truthPicture === undefined ? undefined : await encode(truthPicture, 'exact'),
  };
}

function scaled(geometry: Result['geometry'], factor: number): Result['geometry'] {
  const { x, y, width, height } = geometry.box;
  return {
    ...geometry,
    box: { x: x * factor, y: y * factor, width: width * factor, height: height * factor },
  };
}
