/** The model in use: opened, exported, reported on, forgotten. */
import { batch } from '@preact/signals';
import type { ModelFacts } from '../../protocol.ts';
import { say, sayError } from '../messages.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';
import { scoreAll } from './score.ts';
import { progressed, work } from './work.ts';

/** A new model: results of the old one are void. `learnt` names inspected images that it holds. */
export function useModel(facts: ModelFacts, learnt: ReadonlySet<string> = new Set()): void {
  batch(() => {
    studio.model.value = facts;
    studio.scores.value = new Map();
    studio.failures.value = new Map();
    studio.accepted.value = learnt;
    studio.thresholds.value = facts.manifest.thresholds;
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
