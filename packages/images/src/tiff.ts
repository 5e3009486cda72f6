/**
 * Ordinary TIFF files without sharp: gray, RGB, palette and CMYK of 1 to 16 bits, with alpha; uncompressed, LZW,
 * deflate, PackBits, or JPEG. All others go to the reader of wide numbers, or are refused.
 */
import type { GeoTIFFImage } from 'geotiff';
import { defaultImageLimits, type DecodeOptions, type ImageLimits, type Raster } from '@oddpixel/contract';
import { cmykToRgb, pickChannels } from './channels.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { checkPixels } from './limits.ts';
import { orient } from './orient.ts';
import { cmykWarning, damageListener, damaged, imageError, pageWarning, profileWarning } from './problems.ts';
import { checkTiff } from './tiff-check.ts';
import { readBlocks } from './tiff-blocks.ts';
import { decodeWideTiff, openTiff } from './wide-tiff.ts';

/** Values of the tag PhotometricInterpretation. */
const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, yCbCr: 6 } as const;
const known: readonly number[] = Object.values(photometric);

/** The tag of a colour profile. */
const iccProfile = 34_675;

/** Value of the tag Compression. */
const jpeg = 7;

/** Value of the tag ExtraSamples: colours that were multiplied by alpha. */
const premultiplied = 1;

/** @throws ImageFormatError, LimitExceededError */
export async function decodeTiff(
  bytes: Uint8Array,
  limits: ImageLimits = defaultImageLimits,
  options: DecodeOptions = {},
): Promise<Raster> {
  const { fileName } = options;
  const { pages, damage } = checkTiff(bytes, limits, options);
  if (pages > 1) options.onWarning?.(pageWarning(pages, 'page'));
  const wide = await decodeWideTiff(bytes, limits, options);
  if (wide !== undefined) return wide;
  const image = await openTiff(bytes);
  if (image === undefined) throw damaged(fileName, 'its directory cannot be read');
  checkPixels(image.getWidth(), image.getHeight(), limits, fileName);
  const tags = image.getFileDirectory();
  const meaning = tags.getValue('PhotometricInterpretation') ?? photometric.blackIsZero;
  const compression = tags.getValue('Compression') ?? 1;
  const stored = image.getSamplesPerPixel();
  const bits = image.getBitsPerSample() || 1;
  const colors = { [photometric.rgb]: 3, [photometric.cmyk]: 4, [photometric.yCbCr]: 3 }[meaning] ?? 1;
  const isFit =
    known.includes(meaning) &&
    (stored === colors || (stored === colors + 1 && meaning !== photometric.palette)) &&
    (meaning !== photometric.cmyk || bits === 8) &&
    (meaning !== photometric.yCbCr || (bits === 8 && compression === jpeg));
  if (!isFit) {
    throw imageError(
      fileName,
      `TIFF with ${stored} values of ${bits} bits, color space ${meaning} and compression ${compression} is not supported`,
      { fix: 'Save it as gray or RGB.' },
    );
  }
  try {
    if (damage === undefined) await checkParts(image, bytes, compression);
    const raster = await readPixels(image, { stored, bits, meaning }, damageListener(options, damage));
    if (tags.hasTag(iccProfile)) options.onWarning?.(profileWarning);
    if (meaning === photometric.cmyk) options.onWarning?.(cmykWarning);
    return orient(raster, (await tags.loadValue('Orientation')) ?? 1);
  } catch (cause) {
    throw damaged(fileName, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Strips or tiles that lie outside the file, or JPEGs in it that claim to be larger than their strip. */
async function checkParts(image: GeoTIFFImage, bytes: Uint8Array, compression: number): Promise<void> {
  const tags = image.getFileDirectory();
  const kind = image.isTiled ? 'Tile' : 'Strip';
  const offsets = Array.from((await tags.loadValue(`${kind}Offsets`)) ?? [], Number);
  const sizes = Array.from((await tags.loadValue(`${kind}ByteCounts`)) ?? [], Number);
  if (offsets.length === 0 || offsets.length !== sizes.length) throw new Error('it has no pixels');
  offsets.forEach((offset, i) => {
    const end = offset + (sizes[i] as number);
    if (end > bytes.length) throw new Error(`it ends after ${bytes.length} of at least ${end} bytes`);
    if (compression !== jpeg || end === offset) return;
    const { width, height } = readJpegHeader(bytes.subarray(offset, end));
    if (width > image.getBlockWidth() || height > image.getBlockHeight(i)) {
      throw new Error(`a part claims to have ${width}×${height} pixels`);
    }
  });
}

interface Layout {
  readonly stored: number;
  readonly bits: number;
  readonly meaning: number;
}

async function readPixels(
  image: GeoTIFFImage,
  { stored, bits, meaning }: Layout,
  onDamage: ((reason: string) => void) | undefined,
): Promise<Raster> {
  const [width, height] = [image.getWidth(), image.getHeight()];
  const values = await readBlocks(image, onDamage);
  const count = width * height * stored;
  if (values.length !== count) throw new Error(`it holds ${values.length} of ${count} values`);
  const data = bits === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
  const raster: Raster = { width, height, channels: stored, data };
  const tags = image.getFileDirectory();
  if (meaning === photometric.palette) return expandPalette(raster, await tags.loadValue('ColorMap'));
  if (meaning === photometric.cmyk) return cmykToRgb(raster);
  if (meaning === photometric.yCbCr) yCbCrToRgb(data, stored);
  const hasAlpha = stored === 2 || stored === 4;
  const largest = 2 ** bits - 1;
  const colors = hasAlpha ? stored - 1 : stored;
  if (bits < 8 || meaning === photometric.whiteIsZero) {
    const scale = bits < 8 ? 255 / largest : 1;
    for (let i = 0; i < data.length; i++) {
      const isInverted = meaning === photometric.whiteIsZero && i % stored < colors;
      data[i] = (isInverted ? largest - (data[i] as number) : (data[i] as number)) * scale;
    }
  }
  if (!hasAlpha) return raster;
  const extra = Array.from((await tags.loadValue('ExtraSamples')) ?? []);
  if (extra[0] === premultiplied) divideByAlpha(data, stored);
  return { ...raster, hasAlpha };
}

/** Three runs of 16-bit values: all reds, all greens, all blues. A gray palette gives one channel, as in sharp. */
function expandPalette({ width, height, data }: Raster, map: ArrayLike<number> | undefined): Raster {
  if (map === undefined || map.length % 3 !== 0) throw new Error('it has no palette');
  const size = map.length / 3;
  // Old writers stored 8-bit values.
  const shift = Array.from(map).every((value) => value < 256) ? 0 : 8;
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = (map[c * size + (data[i] as number)] ?? 0) >> shift;
  }
  const raster: Raster = { width, height, channels: 3, data: pixels };
  const isGray = Array.from({ length: size }, (_, i) => i).every(
    (i) => map[i] === map[size + i] && map[i] === map[2 * size + i],
  );
  return isGray ? pickChannels(raster, [0]) : raster;
}

/** JFIF, full range; in place. */
function yCbCrToRgb(data: Uint8Array | Uint16Array, channels: number): void {
  const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
  for (let i = 0; i < data.length; i += channels) {
    const [y, blue, red] = [data[i] as number, (data[i + 1] as number) - 128, (data[i + 2] as number) - 128];
    data[i] = clamp(y + 1.402 * red);
    data[i + 1] = clamp(y - 0.344136 * blue - 0.714136 * red);
    data[i + 2] = clamp(y + 1.772 * blue);
  }
}

/** Straight colours from colours that were multiplied by alpha; in place. */
function divideByAlpha(data: Uint8Array | Uint16Array, channels: number): void {
  const largest = data instanceof Uint16Array ? 65_535 : 255;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1] as number;
    for (let c = 0; c < channels - 1; c++) {
      data[i + c] =
        alpha === 0 ? 0 : Math.min(largest, Math.floor(((data[i + c] as number) * largest) / alpha));
    }
  }
}
