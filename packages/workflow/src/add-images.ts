/** Accepting more good images without training again: read, decode, preprocess, hash and add, one image at a time. */
import { type ImageCodec, type ImageLimits, type Remark, hashBytes } from '@oddpixel/contract';
import { addToModel, type AddedToModel, type AddToModelOptions } from '@oddpixel/model-core/heads';
import type { AnomalyModel } from '@oddpixel/model-core';
import type { TrainingSample, TrainingSamples } from '@oddpixel/model-core/train';
import { preprocessParamsFromModel } from '@oddpixel/preprocess';
import { imageHash } from './image-hash.ts';
import { namingImageById } from './name-image.ts';
import { decode, notesOn, preprocess } from './prepared-images.ts';
import { remarkCollector } from './remark-collector.ts';

/** A good image: what errors and remarks call it, and how to read its file when its turn comes. */
export interface ImageToAdd {
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
}

export interface AddImagesOptions extends AddToModelOptions {
  readonly codec: ImageCodec;
  readonly limits?: ImageLimits | undefined;
}

export interface AddedImages extends AddedToModel {
  /** What a person should know about the images. */
  readonly remarks: readonly Remark[];
}

/**
 * Adds good images to a trained memory model. With the score `max`, scores can only fall, so the threshold stays safe.
 *
 * @throws ModelStateError for a model of another head; ParameterError when there is no image; ImageFormatError,
 *   ModelFormatError and ResultError name the image; the signal's reason.
 */
export async function addImages(
  model: AnomalyModel,
  images: readonly ImageToAdd[],
  { codec, limits, ...options }: AddImagesOptions,
): Promise<AddedImages> {
  const params = preprocessParamsFromModel(model.manifest);
  const noticed = remarkCollector();
  const samples: TrainingSamples = {
    count: images.length,
    async *[Symbol.asyncIterator](): AsyncGenerator<TrainingSample, void, undefined> {
      for (const [imageId, { name, read }] of images.entries()) {
        options.signal?.throwIfAborted();
        const bytes = await read();
        const notes = notesOn(name);
        const raster = await decode(bytes, name, { codec, limits }, notes);
        const prepared = preprocess(raster, params, name, { imageId, ...notes.preprocessing });
        noticed.add(notes.remarks);
        yield { ...prepared, imageHash: imageHash(await hashBytes(bytes)), name };
      }
    },
  };
  try {
    const added = await addToModel(model, samples, options);
    return { ...added, remarks: noticed.remarks() };
  } catch (error) {
    throw namingImageById(error, (imageId) => images[imageId]?.name);
  }
}
