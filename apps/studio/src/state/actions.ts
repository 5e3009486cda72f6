/** What a person can do: every function starts a job in the worker and puts what comes out into the signals. */
import { batch, effect, untracked } from '@preact/signals';
import type { ImageLabel } from '@oddpixel/contract';
import type {
  DeviceChoice,
  FileProblem,
  ImageRecord,
  IncomingFile,
  ModelFacts,
  ShareBox,
} from '../protocol.ts';
import type { PendingFile } from './incoming.ts';
import { fittingSize } from './model-size.ts';
import { announce, say, sayError } from './messages.ts';
import * as studio from './studio.ts';
import { worker } from './worker.ts';

/** Apples enough for a fair picture, few enough for a minute on a laptop's CPU. */
const appleSet = { width: 320, height: 256, train: 48, testGood: 12, testDefect: 25, seed: 0 };

/** Runs one job at a time; a second one waits for nobody, it is refused. */
async function work(
  what: studio.Busy['what'],
  job: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  if (studio.busy.value !== undefined) return false;
  const controller = new AbortController();
  studio.busy.value = { what, done: 0, total: 0, cancel: () => controller.abort() };
  try {
    await job(controller.signal);
    return true;
  } catch (error) {
    if (controller.signal.aborted) say('info', 'Stopped. Nothing was lost.');
    else sayError(error);
    return false;
  } finally {
    studio.busy.value = undefined;
  }
}

function progressed(done: number, total: number, phase?: string): void {
  const { busy } = studio;
  if (busy.value) busy.value = { ...busy.value, done, total, phase: phase ?? busy.value.phase };
}

export async function chooseDevice(choice: DeviceChoice): Promise<void> {
  studio.deviceChoice.value = choice;
  studio.device.value = undefined;
  studio.deviceProblem.value = undefined;
  try {
    studio.device.value = await worker().call('open', { device: choice });
  } catch (error) {
    studio.deviceProblem.value = error instanceof Error ? error.message : String(error);
  }
}

/** One click from nothing to a gallery of judged apples. */
export async function tryApples(): Promise<void> {
  const rendered = await work('apples', async (signal) => {
    await worker().call('apples', appleParams(), {
      signal,
      onProgress: ({ image, done, total }) => {
        addRecords([image]);
        progressed(done, total);
      },
    });
  });
  if (rendered) await train();
}

/** Tests ask for smaller sets by the address: `?apples=6,2,3,96x64`. */
function appleParams(): typeof appleSet {
  const asked = new URLSearchParams(location.search).get('apples');
  const found = asked && /^(\d+),(\d+),(\d+),(\d+)x(\d+)$/.exec(asked);
  if (!found) return appleSet;
  const [train = 0, testGood = 0, testDefect = 0, width = 0, height = 0] = found.slice(1).map(Number);
  return { ...appleSet, train, testGood, testDefect, width, height };
}

/** Files on their way to the worker at the same time. */
const filesAtOnce = 4;

/** Takes files in, a few at a time. What cannot be read is named; the others go on. */
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

function addRecords(records: readonly ImageRecord[]): void {
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

/** Everything goes: images, model, choices. */
export async function startOver(): Promise<void> {
  const ids = studio.images.value.map(({ id }) => id);
  batch(() => {
    studio.images.value = [];
    studio.scores.value = new Map();
    studio.failures.value = new Map();
    studio.accepted.value = new Set();
    studio.model.value = undefined;
    studio.thresholds.value = undefined;
    studio.region.value = undefined;
    studio.curve.value = [];
    studio.view.value = 'teach';
  });
  await worker().call('forget', { ids, model: true }).catch(sayError);
}

/** Trains on the good images and those that were called fine, then judges the others. True where a model came out. */
export async function train(): Promise<boolean> {
  const trained = await work('train', async (signal) => {
    studio.curve.value = [];
    const learnt = studio.accepted.value;
    const facts = await worker().call(
      'train',
      {
        images: [...studio.taught.value, ...studio.suspects.value.filter(({ id }) => learnt.has(id))],
        options: studio.options.value,
        region: studio.region.value,
      },
      {
        signal,
        onProgress: ({ phase, done, total, error }) => {
          progressed(done, total, phase);
          if (error !== undefined) studio.curve.value = [...studio.curve.value, { epoch: done, error }];
        },
      },
    );
    useModel(facts, learnt);
    announce('The model is trained.');
    // Asks the browser not to throw it away when it needs room; it may refuse.
    void navigator.storage.persist().catch(() => false);
  });
  if (trained && studio.suspects.value.length > 0) {
    studio.view.value = 'inspect';
    await scoreAll();
  }
  return trained;
}

/** A new model: what the old one said is void. `learnt` names inspected images that it holds. */
function useModel(facts: ModelFacts, learnt: ReadonlySet<string> = new Set()): void {
  batch(() => {
    studio.model.value = facts;
    studio.scores.value = new Map();
    studio.failures.value = new Map();
    studio.accepted.value = learnt;
    studio.thresholds.value = facts.manifest.thresholds;
  });
}

export async function scoreAll(): Promise<void> {
  await scoreImages(studio.suspects.value);
}

async function scoreNew(): Promise<void> {
  await scoreImages(studio.suspects.value.filter(({ id }) => !studio.scores.value.has(id)));
}

async function scoreImages(records: readonly ImageRecord[]): Promise<void> {
  if (records.length === 0) return;
  const known = new Map(studio.scores.value);
  const failed = new Map(studio.failures.value);
  await work('score', async (signal) => {
    await worker().call(
      'score',
      { images: records },
      {
        signal,
        onProgress: ({ scored, failed: failure, done, total }) => {
          if (scored !== undefined) {
            known.set(scored.id, scored.score);
            failed.delete(scored.id);
          }
          if (failure !== undefined) {
            failed.set(failure.id, failure.message);
            known.delete(failure.id);
          }
          batch(() => {
            studio.scores.value = new Map(known);
            studio.failures.value = new Map(failed);
            progressed(done, total);
          });
        },
      },
    );
  });
  batch(() => {
    studio.mapsVersion.value++;
    studio.thresholds.value ??= middleThresholds();
  });
  const { odd, fine, open } = studio.verdicts.value;
  const without = open === 0 ? '' : ` ${open} have no verdict.`;
  announce(`${odd} images look odd, ${fine} look fine.${without}`);
}

/** For a model that brings no threshold: between the lowest and the highest score, for the person to move. */
function middleThresholds(): studio.ShownThresholds | undefined {
  const values = [...studio.scores.value.values()];
  if (values.length === 0) return undefined;
  const classification = (Math.min(...values) + Math.max(...values)) / 2;
  return { classification, segmentation: classification };
}

/** Says what an image really is; `undefined` takes it back. */
export function label(id: string, truth: ImageLabel | undefined): void {
  studio.images.value = studio.images.value.map((image) => {
    if (image.id !== id) return image;
    const { truth: _, ...rest } = image;
    return truth === undefined ? rest : { ...rest, truth };
  });
}

/**
 * "This is fine": the image counts as good. Where the model thought otherwise, a memory learns it; where it agrees there
 * is nothing to learn, and the image stays a fair test. Several clicks in a row are learned together.
 */
export function acceptAsFine(id: string): void {
  label(id, 'ok');
  const score = studio.scores.value.get(id) ?? -Infinity;
  if (score < studio.classification.value) {
    announce('Noted as good.');
    return;
  }
  if (studio.model.value?.manifest.head?.type !== 'memory') {
    studio.images.value = studio.images.value.map((image) =>
      image.id === id ? { ...image, role: 'teach' as const } : image,
    );
    say('info', 'It is among the good images now. This kind of model learns it when you train again.');
    return;
  }
  if (!studio.accepted.value.has(id)) studio.accepting.value = new Set(studio.accepting.value).add(id);
}

/** Learns what was called fine, as soon as nothing else goes on. Call once. */
export function learnWhenCalm(): void {
  effect(() => {
    if (studio.busy.value === undefined && studio.accepting.value.size > 0)
      untracked(() => void learnAccepted());
  });
}

async function learnAccepted(): Promise<void> {
  const waiting = studio.images.value.filter(({ id }) => studio.accepting.value.has(id));
  const learned = await work('accept', async (signal) => {
    try {
      const { model, rowsAdded } = await worker().call('accept', { images: waiting }, { signal });
      batch(() => {
        studio.model.value = model;
        studio.accepted.value = new Set([...studio.accepted.value, ...waiting.map(({ id }) => id)]);
      });
      announce(`Learned. ${rowsAdded} patches were new to the model.`);
    } finally {
      const done = new Set(waiting.map(({ id }) => id));
      studio.accepting.value = new Set([...studio.accepting.value].filter((id) => !done.has(id)));
    }
  });
  // Refused where more is to be learned already: then that ends with a scoring of its own.
  if (learned) await scoreAll();
}

export async function setRegion(region: ShareBox | undefined): Promise<void> {
  const [first] = studio.taught.value;
  batch(() => {
    studio.region.value = region;
    if (first) studio.options.value = { ...studio.options.value, ...fittingSize(first, region) };
  });
}

export async function openModel(file: File): Promise<void> {
  const opened = await work('open', async () => {
    useModel(await worker().call('openModel', { bytes: file, fileName: file.name }));
    say('info', `${file.name} is open.`);
  });
  if (opened) await scoreAll();
}

export async function exportModel(): Promise<Blob | undefined> {
  try {
    return await worker().call('exportModel', shownThresholds());
  } catch (error) {
    sayError(error);
    return undefined;
  }
}

export async function makeReport(): Promise<Blob | undefined> {
  let html: Blob | undefined;
  await work('report', async (signal) => {
    html = await worker().call(
      'report',
      { images: studio.suspects.value, title: 'Oddpixel Studio', ...shownThresholds() },
      { signal, onProgress: ({ done, total }) => progressed(done, total) },
    );
  });
  return html;
}

function shownThresholds(): { thresholds?: studio.ShownThresholds } {
  const { value } = studio.thresholds;
  if (value === undefined) return {};
  return { thresholds: { classification: value.classification, segmentation: value.segmentation } };
}
