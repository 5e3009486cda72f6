/**
 * Where a model's pixels lie in the source image.
 *
 * Model pixel `(x, y)` has its middle at source position `box.x + (x + ½) · box.width / width` (and likewise in
 * y), where a source pixel `i` covers `[i, i + 1)`.
 */
import {
  ParameterError,
  type Box,
  type ImageGeometry,
  type PreprocessParams,
  type Raster,
  type Region,
} from '@oddpixel/contract';

/** What is known of the part of the image that matters. */
export interface Placement {
  /** The source pixels that matter; handled according to `domainHandling`. */
  readonly domain?: Region | undefined;
  /** Only this part of the source goes to the model, for example a tile. Stands before a cropped domain. */
  readonly box?: Box;
}

/**
 * The geometry of one preprocessed image.
 *
 * @throws ParameterError for a box or domain that does not fit the image, or a domain without pixels.
 */
export function placeImage(
  raster: Pick<Raster, 'width' | 'height'>,
  params: PreprocessParams,
  { domain, box }: Placement,
): ImageGeometry {
  const full: Box = { x: 0, y: 0, width: raster.width, height: raster.height };
  if (domain !== undefined) checkDomain(domain, raster);
  if (box !== undefined) checkBox(box, raster);
  const cropped =
    domain !== undefined && params.domainHandling === 'cropDomain' ? regionBox(domain) : undefined;
  const geometry: ImageGeometry = {
    sourceWidth: raster.width,
    sourceHeight: raster.height,
    box: box ?? cropped ?? full,
    width: params.imageWidth,
    height: params.imageHeight,
  };
  if (domain === undefined || params.domainHandling !== 'keepDomain') return geometry;
  return { ...geometry, domain: regionToModel(domain, geometry) };
}

/** The smallest box that holds the region; `undefined` for an empty one. */
function regionBox(region: Region): Box | undefined {
  const { runs } = region;
  if (runs.length === 0) return undefined;
  let left = Infinity;
  let right = 0;
  for (let r = 0; r < runs.length; r += 3) {
    left = Math.min(left, runs[r + 1] as number);
    right = Math.max(right, runs[r + 2] as number);
  }
  const top = runs[0] as number;
  const bottom = (runs[runs.length - 3] as number) + 1;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A region of the source at model resolution: a model pixel belongs to it if the source pixel at its middle does. */
function regionToModel(region: Region, geometry: ImageGeometry): Region {
  const { width, height, box } = geometry;
  const columns = nearestIndices(box.x, box.width, width);
  const rows = nearestIndices(box.y, box.height, height);
  const rowBegins = indexRows(region);
  const runs: number[] = [];
  for (let y = 0; y < height; y++) {
    const row = rows[y] as number;
    let begin = -1;
    let r = rowBegins[row] as number;
    const end = rowBegins[row + 1] as number;
    for (let x = 0; x < width; x++) {
      const column = columns[x] as number;
      while (r < end && (region.runs[r + 2] as number) <= column) r += 3;
      const inside = r < end && (region.runs[r + 1] as number) <= column;
      if (inside && begin < 0) begin = x;
      if (!inside && begin >= 0) {
        runs.push(y, begin, x);
        begin = -1;
      }
    }
    if (begin >= 0) runs.push(y, begin, width);
  }
  return { width, height, runs: Int32Array.from(runs) };
}

/** Source index under the middle of each of `count` pixels that span `[start, start + length)`. */
export function nearestIndices(start: number, length: number, count: number): Int32Array {
  const indices = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    indices[i] = start + Math.min(length - 1, Math.floor(((i + 0.5) * length) / count));
  }
  return indices;
}

/** Position in `runs` where each row begins; one entry more than rows. */
function indexRows({ runs, height }: Region): Int32Array {
  const begins = new Int32Array(height + 1);
  let r = 0;
  for (let row = 0; row < height; row++) {
    begins[row] = r;
    while (r < runs.length && runs[r] === row) r += 3;
  }
  begins[height] = r;
  return begins;
}

function checkDomain(domain: Region, raster: Pick<Raster, 'width' | 'height'>): void {
  const fits = domain.width === raster.width && domain.height === raster.height;
  if (fits && domain.runs.length > 0) return;
  throw new ParameterError({
    name: 'domain',
    expected: `a region with pixels in an image of ${raster.width}×${raster.height}`,
    received: fits ? 'an empty region' : `a region in an image of ${domain.width}×${domain.height}`,
  });
}

function checkBox(box: Box, raster: Pick<Raster, 'width' | 'height'>): void {
  const { x, y, width, height } = box;
  const whole = [x, y, width, height].every((value) => Number.isInteger(value));
  const inside =
    x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= raster.width && y + height <= raster.height;
  if (whole && inside) return;
  throw new ParameterError({
    name: 'box',
    expected: `whole pixels inside the image of ${raster.width}×${raster.height}`,
    received: `x ${x}, y ${y}, width ${width}, height ${height}`,
  });
}
