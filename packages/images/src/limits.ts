/** Limits on files and images, checked before memory is spent. */
import { LimitExceededError, type ImageLimits } from '@oddpixel/contract';

/** The limit on decoded bytes, its default included. */
function decodedByteLimit({ maxPixels, maxDecodedBytes }: ImageLimits): number {
  return maxDecodedBytes ?? 4 * maxPixels;
}

/** @throws LimitExceededError */
export function checkFileSize(
  bytes: Uint8Array,
  { maxFileBytes }: ImageLimits,
  fileName = 'The image',
): void {
  if (bytes.length <= maxFileBytes) return;
  throw new LimitExceededError({
    what: fileName,
    limit: maxFileBytes,
    received: bytes.length,
    unit: 'bytes',
    fix: 'Raise `limits.maxFileBytes` if the file is trusted.',
  });
}

/**
 * From the header alone: before memory is spent.
 *
 * @param pixelBytes bytes of a decoded pixel: channels × bytes per value
 * @throws LimitExceededError
 */
export function checkPixels(
  width: number,
  height: number,
  limits: ImageLimits,
  fileName: string = 'The image',
  pixelBytes: number = 1,
): void {
  const pixels = width * height;
  if (pixels > limits.maxPixels) {
    throw new LimitExceededError({
      what: fileName,
      limit: limits.maxPixels,
      received: pixels,
      unit: 'pixels',
      fix: 'Raise `limits.maxPixels` if the file is trusted.',
    });
  }
  checkDecodedBytes(pixels * pixelBytes, limits, fileName);
}

/** @throws LimitExceededError */
export function checkDecodedBytes(
  received: number,
  limits: ImageLimits,
  fileName: string = 'The image',
  what: string = 'bytes when decoded',
): void {
  const limit = decodedByteLimit(limits);
  if (received <= limit) return;
  throw new LimitExceededError({
    what: fileName,
    limit,
    received,
    unit: what,
    fix: 'Raise `limits.maxDecodedBytes` if the file is trusted.',
  });
}
