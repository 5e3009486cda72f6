/**
 * TIFF files that sharp would narrow or misread without a word, read exactly: floating-point, signed and 32-bit
 * numbers, more than four channels, and channels that nobody said are alpha (a near-infrared band behind RGB).
 */
import type { GeoTIFFImage } from 'geotiff';
import { ImageFormatError, type DecodeOptions, type ImageLimits, type Raster } from '@oddpixel/contract';
import { checkPixels } from './limits.ts';
import { damageListener } from './problems.ts';
import { orient } from './orient.ts';
import { readBlocks } from './tiff-blocks.ts';
import { isDirectoryInside } from './tiff-directory.ts';

/** Values of the tag SampleFormat. */
const unsigned = 1;
const complex = 5;
/** Values of the tag PhotometricInterpretation up to this one mean gray or RGB. */
const rgb = 2;

/** How many channels gray and RGB have of their own. */
const ownChannels: Readonly<Record<number, number>> = { 1: 1, [rgb]: 3 };

/** Values of the tag ExtraSamples that mean alpha; 0 is anything else. */
const alphas: readonly number[] = [1, 2];

/** More than any camera has; the time that the decoder takes grows with strips × channels. */
const maxChannels = 256;

/**
 * The first image of a file that sharp would narrow: 8 and 16 bits without sign as they are, all others as float32.
 *
 * @returns `undefined` for an ordinary file, and for one that cannot be opened, about which sharp has more to say.
 * @throws ImageFormatError, LimitExceededError
 */
export async function decodeWideTiff(
  bytes: Uint8Array,
  limits: ImageLimits,
  options: DecodeOptions,
): Promise<Raster | undefined> {
  const { fileName } = options;
  const image = await openTiff(bytes);
  if (image === undefined) return undefined;
  const channels = image.getSamplesPerPixel();
  const format = image.getSampleFormat();
  // The tag may be absent; its default is 1.
  const bits = image.getBitsPerSample() || 1;
  const tags = image.getFileDirectory();
  const meaning = tags.getValue('PhotometricInterpretation') ?? 0;
  const isColor = meaning > rgb;
  const own = ownChannels[meaning];
  const extra = Array.from((await tags.loadValue('ExtraSamples')) ?? []);
  const isUnmarked = own !== undefined && channels > own && !extra.some((kind) => alphas.includes(kind));
  const whole = format === unsigned || format > complex;
  const isOrdinary = whole && [1, 2, 4, 8, 16].includes(bits) && (channels <= 4 || isColor);
  if (isOrdinary && !(isUnmarked && bits >= 8)) return undefined;
  const refuse = (problem: string, cause?: unknown): ImageFormatError =>
    new ImageFormatError(
      {
        file: fileName,
        problem,
        fix: `Save it with 8, 16 or 32 bits and at most ${maxChannels} channels.`,
      },
      { cause },
    );
  if (format === complex || (whole && ![8, 16, 32].includes(bits))) {
    throw refuse(
      `TIFF with ${bits} bits per value${format === complex ? ' (complex)' : ''} is not supported`,
    );
  }
  if (channels > maxChannels) throw refuse(`TIFF with ${channels} channels is not supported`);
  const [width, height] = [image.getWidth(), image.getHeight()];
  // The limit stands for pixels of up to four channels.
  checkPixels(width * Math.ceil(channels / 4), height, limits, fileName);
  try {
    const turned = (await tags.loadValue('Orientation')) ?? 1;
    const values = await readBlocks(image, damageListener(options));
    const isNarrow = values instanceof Uint8Array || values instanceof Uint16Array;
    // geotiff hangs fields of its own on the array; a view is without.
    const data = isNarrow ? values.subarray() : Float32Array.from(values as ArrayLike<number>);
    const raster: Raster = { width, height, channels, data };
    if (isUnmarked) return orient({ ...raster, hasAlpha: channels === own + 1 && isOpaque(raster) }, turned);
    if (channels > 4) return orient({ ...raster, hasAlpha: false }, turned);
    return orient(raster, turned);
  } catch (cause) {
    throw refuse(`the TIFF is damaged (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}

/** Whether the last channel has the type's largest value everywhere, as the alpha of writers that do not mark it. */
function isOpaque({ channels, data }: Raster): boolean {
  if (data instanceof Float32Array) return false;
  const largest = data instanceof Uint16Array ? 65_535 : 255;
  for (let i = channels - 1; i < data.length; i += channels) if (data[i] !== largest) return false;
  return true;
}

/** The first image; `undefined` if the file cannot be opened. */
export async function openTiff(bytes: Uint8Array): Promise<GeoTIFFImage | undefined> {
  const { buffer, byteOffset, byteLength } = bytes;
  const whole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  try {
    if (!isDirectoryInside(bytes)) return undefined;
    const { fromArrayBuffer } = await import('geotiff');
    const tiff = await fromArrayBuffer(
      whole ? buffer : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer),
    );
    // Lists that geotiff 3.0.5 reads later are taken as little-endian in every file.
    tiff.parser.eager = true;
    return oneValueForAll(await tiff.getImage(0));
  } catch {
    return undefined;
  }
}

/** Tags with a value for each channel: BitsPerSample and SampleFormat. */
const perChannel: readonly number[] = [258, 339];

/** Some writers state the bits of a channel once for all of them, which geotiff takes as those of the first. */
function oneValueForAll(image: GeoTIFFImage): GeoTIFFImage {
  const { actualizedFields } = image.getFileDirectory();
  for (const tag of perChannel) {
    const values = actualizedFields.get(tag) as ArrayLike<number> | number | undefined;
    const [only, ...others] = typeof values === 'number' ? [values] : Array.from(values ?? []);
    if (only === undefined || others.length > 0) continue;
    actualizedFields.set(tag, Array<number>(image.getSamplesPerPixel()).fill(only));
  }
  return image;
}
