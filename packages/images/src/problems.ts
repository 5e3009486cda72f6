/** The words for files that cannot be read or written, the same from every codec. */
import { ImageFormatError, type DecodeOptions, type ImageFormat, type Raster } from '@oddpixel/contract';

const supported = 'Supported are PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF, and PBM, PGM, PPM and PAM.';

/** An error about `file`, which may have no name. */
export function imageError(
  file: string | undefined,
  problem: string,
  { fix = supported, cause }: { readonly fix?: string; readonly cause?: unknown } = {},
): ImageFormatError {
  return new ImageFormatError({ file, problem, fix }, { cause });
}

/** What is wrong with bytes of no known format. */
export function unknownFormat(bytes: Uint8Array, file?: string, cause?: unknown): ImageFormatError {
  const problem =
    bytes.length === 0
      ? 'the file is empty'
      : looksLikeText(bytes)
        ? 'expected an image, found text'
        : 'expected an image, found bytes of no known image format';
  return imageError(file, problem, { cause });
}

/** A file of a known format that stops in the middle or contradicts itself. */
export function damaged(file: string | undefined, reason: string, cause?: unknown): ImageFormatError {
  return imageError(file, `the image is damaged or of a kind that is not supported (${reason})`, { cause });
}

/** The remarks that do not stop a decoding. */
export const profileWarning = 'the colour profile is ignored; gray values are taken as they are';
export const cmykWarning = 'CMYK is converted to RGB without its colour profile';

/** @param reason what is wrong, or the problem of an error that says so in full */
export function damageWarning(reason: string): string {
  const [, inner = reason] =
    /^the image is damaged or of a kind that is not supported \((.*)\)$/s.exec(reason) ?? [];
  return `the image is damaged (${inner}); its readable part is used`;
}

/**
 * Reports the damage that a decoder comes upon, or is `undefined` if damage is not accepted.
 *
 * @param known found before, and said in place of what the decoder says of it
 */
export function damageListener(
  { acceptDamaged, onWarning }: DecodeOptions,
  known?: string,
): ((reason: string) => void) | undefined {
  if (acceptDamaged !== true) return undefined;
  return (reason) => onWarning?.(damageWarning(known ?? reason));
}

/** @param count how many pictures the file holds, if that is known */
export function pageWarning(count?: number, word: 'page' | 'frame' | 'picture' = 'picture'): string {
  return `the file holds ${count ?? 'several'} ${word}s; ${word} 1${count === undefined ? '' : ` of ${count}`} is read`;
}

/** @throws ImageFormatError when the data does not fill the raster, or the format cannot hold it. */
export function checkEncodable({ width, height, channels, data }: Raster, format: ImageFormat): void {
  if (data.length !== width * height * channels) {
    throw new ImageFormatError({
      problem: `expected ${width * height * channels} values for ${width}×${height} with ${channels} channels, received ${data.length}`,
    });
  }
  if (data instanceof Float32Array) {
    if (format !== 'tiff') throw cannotHold(format, 'floating-point values', 'Use TIFF.');
    return;
  }
  if (channels > 4 || channels < 1)
    throw cannotHold(format, `${channels} channels`, 'Write 1 to 4 channels.');
  if (data instanceof Uint16Array && format !== 'png' && format !== 'tiff') {
    throw cannotHold(format, '16-bit values', 'Use PNG or TIFF.');
  }
  if (format === 'jpeg' && channels % 2 === 0) throw cannotHold(format, 'an alpha channel', 'Use PNG.');
}

function cannotHold(format: ImageFormat, what: string, fix: string): ImageFormatError {
  return new ImageFormatError({ problem: `${format.toUpperCase()} cannot hold ${what}`, fix });
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
