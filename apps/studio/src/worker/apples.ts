/** The apple set, rendered here: nothing is downloaded. */
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import type { Raster } from '@oddpixel/model-core/contract';
import type { ImageRecord, Jobs } from '../protocol.ts';
import type { JobContext } from './serve-jobs.ts';
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
        ...(apple.defect !== undefined && { defect: apple.defect }),
        ...(apple.mask !== undefined && { mask: await toBlob(apple.mask) }),
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
