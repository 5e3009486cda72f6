/** The page's images as a data set for the workflow: names that are unique, and a source over the store. */
import {
  FileError,
  type Dataset,
  type FileSource,
  type ImageLabel,
  type Split,
  type Store,
} from '@oddpixel/contract';
import type { ImageRecord } from '../protocol.ts';
import { keys } from './keeper.ts';

export interface StudioDataset {
  readonly dataset: Dataset;
  readonly source: FileSource;
  /** The image behind each sample, by `imageId`. */
  readonly records: readonly ImageRecord[];
}

/** Images without a label are not judged: they count as good only in the role `teach`. */
export function studioDataset(images: readonly ImageRecord[], split: Split, store: Store): StudioDataset {
  const files = new Map<string, string>();
  const samples = images.map((image, imageId): Dataset['samples'][number] => {
    const imageFileName = uniqueName(image.name, files);
    files.set(imageFileName, keys.image(image.id));
    const maskName = `masks/${image.id}.png`;
    if (image.hasMask === true) files.set(maskName, keys.mask(image.id));
    const imageLabel: ImageLabel = split === 'train' ? 'ok' : (image.truth ?? 'ok');
    return {
      imageId,
      imageFileName,
      imageLabel,
      imageLabelId: imageLabel === 'ok' ? 0 : 1,
      split,
      defect: image.defect,
      anomalyFileName: image.hasMask === true ? maskName : undefined,
    };
  });
  return {
    records: images,
    source: storeSource(files, store),
    dataset: { imageDir: '', anomalyDir: '', classNames: ['ok', 'nok'], classIds: [0, 1], samples },
  };
}

function uniqueName(name: string, taken: ReadonlyMap<string, string>): string {
  let unique = name;
  for (let count = 2; taken.has(unique); count++) unique = `${name} (${count})`;
  return unique;
}

function storeSource(files: ReadonlyMap<string, string>, store: Store): FileSource {
  return {
    name: 'the images of this page',
    async *list() {
      for (const path of files.keys()) yield { path, kind: 'file' as const };
    },
    async read(path): Promise<Uint8Array> {
      const key = files.get(path);
      const bytes = key === undefined ? undefined : await store.get(key);
      if (bytes !== undefined) return bytes;
      throw new FileError({
        path,
        operation: 'read',
        reason: 'the browser no longer has it',
        fix: 'Add the image again.',
      });
    },
  };
}
