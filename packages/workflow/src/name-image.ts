/** The model knows images by number, if at all; a person knows them by their file. */
import { ModelFormatError, ResultError, type Dataset } from '@oddpixel/contract';
import { imagePath } from '@oddpixel/dataset';

/** An error caused by image `name`, with that name in it; every other error as it is. */
export function namingImage(error: unknown, name: string | undefined): unknown {
  if (name === undefined) return error;
  if (error instanceof ResultError)
    return new ResultError({ ...error.details, what: name }, { cause: error });
  if (!(error instanceof ModelFormatError) || error.details.imageId === undefined) return error;
  const problem = error.details.problem.replace(`image ${error.details.imageId}`, () => name);
  return new ModelFormatError({ ...error.details, problem }, { cause: error });
}

/** The same for an error that says which of many images it is. */
export function namingImageById(error: unknown, nameOf: (imageId: number) => string | undefined): unknown {
  const isAboutImage = error instanceof ResultError || error instanceof ModelFormatError;
  const imageId = isAboutImage ? error.details.imageId : undefined;
  return imageId === undefined ? error : namingImage(error, nameOf(imageId));
}

/** Where an image of a data set lies. */
export function fileOf(dataset: Dataset): (imageId: number) => string | undefined {
  return (id) => {
    const sample = dataset.samples.find(({ imageId }) => imageId === id);
    return sample && imagePath(dataset, sample);
  };
}
