/** Training: the whole job by the workflow, on the images that the page chose. */
import { memory, student } from '@oddpixel/model-core/heads';
import type { Head } from '@oddpixel/model-core/train';
import { small } from '@oddpixel/backbones/small';
import { readBackbone } from '@oddpixel/backbones/web';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { addImages, trainFromDataset } from '@oddpixel/workflow';
import type { HeadName } from '../heads.ts';
import type { ImageRecord, JobContext, Jobs, ModelFacts, TrainOptions } from '../protocol.ts';
import { studioLimits } from './images.ts';
import { keys } from './keeper.ts';
import { croppingCodec } from './region.ts';
import type { Session } from './session.ts';
import { studioDataset } from './studio-dataset.ts';

const makers: Readonly<Record<HeadName, (options: TrainOptions) => Head>> = {
  memory: ({ numRows }) => memory({ numRows }),
  student: ({ maxNumEpochs }) => student({ maxNumEpochs }),
};

/** @throws every error of training; the signal's reason */
export async function train(
  session: Session,
  { images, options, region }: Jobs['train']['params'],
  { signal, progress }: JobContext<'train'>,
): Promise<ModelFacts> {
  const { imageWidth, imageHeight } = options;
  const { dataset, source } = studioDataset(images, 'train', await session.store());
  const { model, remarks } = await trainFromDataset(dataset, {
    backend: await session.backend(),
    source,
    codec: croppingCodec(session.codec, region),
    limits: studioLimits,
    backbone: { id: small.id, bytes: await readBackbone(small, { signal }) },
    preprocessing: createPreprocessParams({
      imageWidth,
      imageHeight,
      domainHandling: region && 'cropDomain',
    }),
    head: makers[options.head](options),
    signal,
    onProgress: progress,
  });
  const facts = await session.use({ model, region });
  session.tell(remarks);
  return facts;
}

/** Good images become part of the memory, without retraining. */
export async function accept(
  session: Session,
  images: readonly ImageRecord[],
  signal: AbortSignal,
): Promise<{ model: ModelFacts; rowsAdded: number }> {
  const { model, region, fileName } = session.model;
  const store = await session.store();
  const read = async ({ id, name }: ImageRecord): Promise<Uint8Array> => {
    const bytes = await store.get(keys.image(id));
    if (bytes === undefined) throw new Error(`The browser no longer has ${name}. Add the image again.`);
    return bytes;
  };
  const grown = await addImages(
    model,
    images.map((image) => ({ name: image.name, read: () => read(image) })),
    {
      backend: await session.backend(),
      codec: croppingCodec(session.codec, region),
      limits: studioLimits,
      signal,
    },
  );
  const facts = await session.use({
    model: grown.model,
    region,
    fileName,
  });
  return { model: facts, rowsAdded: grown.rowsAdded };
}
