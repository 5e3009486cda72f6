/** Taking images in, naming them and letting them go. */
import { batch } from '@preact/signals';
import type { ImageLabel } from '@oddpixel/contract';
import type { FileProblem, ImageRecord, IncomingFile, ShareBox } from '../../protocol.ts';
import type { PendingFile } from '../incoming.ts';
import { announce, say, sayError } from '../messages.ts';
import { fittingSize } from '../model-size.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';
import { scoreNew } from './score.ts';
import { progressed, work } from './work.ts';

/** Files on their way to the worker at the same time. */
const filesAtOnce = 4;

/** Takes files in, a few at a time. A file that cannot be read is named; the others continue. */
export async function addFiles(files: readonly PendingFile[]): Promise<void> {
  if (files.length === 0) return;
  await work('images', async (signal) => {
    const problems: FileProblem[] = [];
    let added = 0;
    for (let begin = 0; begin < files.length; begin += filesAtOnce) {
      const loaded = await loadAll(files.slice(begin, begin + filesAtOnce), problems);
      const known = studio.images.value.map(({ id }) => id);
      const result = await worker().call('addImages', { files: loaded, known }, { signal });
      addRecords(result.images);
      added += result.images.length;
      problems.push(...result.problems);
      progressed(Math.min(files.length, begin + filesAtOnce), files.length);
    }
    announce(`${added} images added.`);
    if (problems.length > 0) sayLeftOut(problems);
  });
  if (studio.model.value && files.some(({ role }) => role === 'inspect')) await scoreNew();
}

async function loadAll(files: readonly PendingFile[], problems: FileProblem[]): Promise<IncomingFile[]> {
  const loaded: IncomingFile[] = [];
  for (const file of files) {
    try {
      loaded.push(await file.load());
    } catch (error) {
      problems.push({ name: file.name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return loaded;
}

function sayLeftOut(problems: readonly FileProblem[]): void {
  const lines = problems.map(({ name, message }) =>
    message.includes(name) ? message : `${name}: ${message}`,
  );
  say(
    'error',
    problems.length === 1 ? 'One file was left out.' : `${problems.length} files were left out.`,
    lines,
  );
}

export function addRecords(records: readonly ImageRecord[]): void {
  const isFirst = studio.taught.value.length === 0;
  studio.images.value = [...studio.images.value, ...records];
  const [first] = studio.taught.value;
  if (isFirst && first && studio.model.value === undefined) {
    studio.options.value = { ...studio.options.value, ...fittingSize(first, studio.region.value) };
  }
}

export async function removeImages(ids: readonly string[]): Promise<void> {
  const gone = new Set(ids);
  batch(() => {
    studio.images.value = studio.images.value.filter(({ id }) => !gone.has(id));
    studio.scores.value = new Map([...studio.scores.value].filter(([id]) => !gone.has(id)));
    studio.failures.value = new Map([...studio.failures.value].filter(([id]) => !gone.has(id)));
  });
  await worker().call('forget', { ids, model: false }).catch(sayError);
}

/** Sets what an image really is; `undefined` undoes it. */
export function label(id: string, truth: ImageLabel | undefined): void {
  studio.images.value = studio.images.value.map((image) => {
    if (image.id !== id) return image;
    const { truth: _, ...rest } = image;
    return truth === undefined ? rest : { ...rest, truth };
  });
}

export async function setRegion(region: ShareBox | undefined): Promise<void> {
  const [first] = studio.taught.value;
  batch(() => {
    studio.region.value = region;
    if (first) studio.options.value = { ...studio.options.value, ...fittingSize(first, region) };
  });
}
