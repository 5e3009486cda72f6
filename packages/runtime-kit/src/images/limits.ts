/** Limits on files and images, checked before memory is spent. */
import { LimitExceededError, type ImageLimits } from '@oddpixel/model-core/contract';

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

/** @throws LimitExceededError, from the header alone: before memory is spent. */
export function checkPixels(
  width: number,
  height: number,
  { maxPixels }: ImageLimits,
  fileName: string = 'The image',
): void {
  if (width * height <= maxPixels) return;
  throw new LimitExceededError({
    what: fileName,
    limit: maxPixels,
    received: width * height,
    unit: 'pixels',
    fix: 'Raise `limits.maxPixels` if the file is trusted.',
  });
}
