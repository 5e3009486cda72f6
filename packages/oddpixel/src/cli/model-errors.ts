/** Errors of a running model name its file, which the library does not know. */
import { ModelFormatError, ResultError } from '@oddpixel/contract';
import { namingImageById } from '@oddpixel/workflow/unstable';

/** The error with the name of the model file `path`; an error of something else is returned unchanged. */
export function namingModel(error: unknown, path: string): unknown {
  if (error instanceof ModelFormatError && !error.message.includes(path)) {
    const where = `${path}: ${error.details.where}`;
    return new ModelFormatError({ ...error.details, where }, { cause: error });
  }
  if (error instanceof ResultError && !error.message.includes(path)) {
    const { fix, ...details } = error.details;
    if (fix === undefined) return error;
    const named = fix.replace('the model file', () => `the model file ${path}`);
    return new ResultError({ ...details, fix: named }, { cause: error });
  }
  return error;
}

/** Runs `work` with the model of `path`; `files` are its images in the order of their numbers, if it has some. */
export async function withModelNamed<T>(
  path: string,
  work: () => Promise<T>,
  files: readonly string[] = [],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namingModel(
      namingImageById(error, (imageId) => files[imageId]),
      path,
    );
  }
}
