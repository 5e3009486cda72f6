/** From chosen or dropped files to images with a role: folders that follow a known layout bring their labels along. */
import { DatasetError, type Dataset, type FileSource } from '@oddpixel/contract';
import { imagePath, readAnomalyDataset, anomalyPaths } from '@oddpixel/dataset';
import { listFiles } from '@oddpixel/dataset/unstable';
import type { IncomingFile, Role } from '../protocol.ts';

/** A file that is read when its turn comes, so that a large folder never lies in memory as a whole. */
export interface PendingFile {
  readonly name: string;
  readonly role: Role;
  /** @throws FileError */
  load(): Promise<IncomingFile>;
}

/** What was found, and whether its folders label the images. */
export interface Incoming {
  readonly files: readonly PendingFile[];
  readonly layout: boolean;
}

/**
 * If the source has a layout with good and odd folders, roles and labels follow from it; otherwise every image
 * gets `role`, and no label.
 *
 * @throws FileError
 */
export async function readIncoming(source: FileSource, role: Role): Promise<Incoming> {
  const { images, others } = await listFiles(source);
  const isBelow = ({ path }: { readonly path: string }): boolean => path.includes('/');
  const hasFolders = images.some((path) => isBelow({ path })) || others.some(isBelow);
  const dataset = hasFolders ? await tryLayout(source) : undefined;
  if (dataset !== undefined) return { files: withLabels(source, dataset), layout: true };
  // Files that were chosen one by one are taken whatever they are: problems are reported when they are opened.
  const chosen = others.filter(
    (entry) => !isBelow(entry) && entry.isFolder !== true && !entry.path.startsWith('.'),
  );
  const plain = [...images, ...chosen.map(({ path }) => path)];
  const files = plain.map((name) => ({
    name,
    role,
    load: async () => ({ name, role, bytes: await blobOf(source, name) }),
  }));
  return { files, layout: false };
}

async function tryLayout(source: FileSource): Promise<Dataset | undefined> {
  try {
    const dataset = await readAnomalyDataset(source);
    return dataset.samples.some(({ imageLabel }) => imageLabel === 'ok') ? dataset : undefined;
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

/** Good images train the model, unless the layout keeps them for testing; without a split a fifth is held out. */
function withLabels(source: FileSource, dataset: Dataset): PendingFile[] {
  const hasSplit = dataset.samples.some(({ split }) => split !== undefined);
  let good = 0;
  return dataset.samples.map((sample) => {
    const { imageLabel: truth, split, defect } = sample;
    const teaches = truth === 'ok' && (hasSplit ? split !== 'test' : good++ % 5 !== 4);
    const role = teaches ? 'teach' : 'inspect';
    const name = imagePath(dataset, sample);
    const maskPaths = anomalyPaths(dataset, sample);
    return {
      name,
      role,
      load: async (): Promise<IncomingFile> => ({
        name,
        role,
        truth,
        bytes: await blobOf(source, name),
        defect,
        masks: await Promise.all(maskPaths.map((path) => blobOf(source, path))),
      }),
    };
  });
}

async function blobOf(source: FileSource, path: string): Promise<Blob> {
  return new Blob([Uint8Array.from(await source.read(path))]);
}
