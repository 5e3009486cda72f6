/** The apple set, rendered here: nothing is downloaded. */
import { appleVarieties, renderApple, renderAppleDataset } from '@oddpixel/dataset/apples';
import type { ImageCodec, Raster } from '@oddpixel/contract';
import type { ImageRecord, JobContext, Jobs } from '../protocol.ts';
import { takeIn, type ImageShelf } from './images.ts';

export async function addApples(
  shelf: ImageShelf,
  { train, testGood, testDefect, ...options }: Jobs['apples']['params'],
  { signal, progress }: JobContext<'apples'>,
): Promise<Jobs['apples']['result']> {
  const total = train + testGood + testDefect;
  const images: ImageRecord[] = [];
  const known = new Set<string>();
  const toBlob = async (raster: Raster): Promise<Blob> =>
    new Blob([Uint8Array.from(await shelf.codec.encode(raster, 'png'))], { type: 'image/png' });
  let done = 0;
  for (const apple of renderAppleDataset({ ...options, train, testGood, testDefect })) {
    signal.throwIfAborted();
    const image = await takeIn(
      shelf,
      {
        name: apple.path,
        bytes: await toBlob(apple.raster),
        role: apple.path.startsWith('train/') ? 'teach' : 'inspect',
        truth: apple.defect === undefined ? 'ok' : 'nok',
        defect: apple.defect,
        masks: apple.mask === undefined ? undefined : [await toBlob(apple.mask)],
      },
      known,
    );
    done++;
    if (image === undefined) continue;
    images.push(image);
    progress({ image, done, total });
  }
  return { images, problems: [] };
}

/** Square apples in all varieties, with a worm in the one numbered `odd`. Can be stopped: it is only decoration. */
export async function drawMosaic(
  codec: ImageCodec,
  { side, count, odd }: Jobs['mosaic']['params'],
  { signal, progress }: JobContext<'mosaic'>,
): Promise<void> {
  for (let place = 0; place < count; place++) {
    // Lets other jobs run in between.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    const variety = appleVarieties[(place * 2) % appleVarieties.length];
    const { raster } = renderApple({
      seed: 40 + place,
      width: side,
      height: side,
      variety,
      defect: place === odd ? ('worm' as const) : undefined,
    });
    const bytes = Uint8Array.from(await codec.encode(raster, 'jpeg'));
    progress({ picture: new Blob([bytes], { type: 'image/jpeg' }), odd: place === odd });
  }
}
