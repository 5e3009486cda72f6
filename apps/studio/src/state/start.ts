/** Starting up: what the last visit left, the device, and from then on saving. */
import { batch, effect } from '@preact/signals';
import { offeredAmounts } from '../heads.ts';
import { chooseDevice } from './actions/device.ts';
import { learnWhenCalm } from './actions/accept.ts';
import { sayError } from './messages.ts';
import { rememberLoaded } from './offline.ts';
import * as studio from './studio.ts';
import { worker } from './worker.ts';

/** Milliseconds without a change before the state is stored. */
const calm = 300;

export async function start(): Promise<void> {
  if (!isSecureContext) {
    studio.deviceProblem.value =
      'browsers give pages storage, hashes and graphics devices only by https or from localhost';
    studio.ready.value = true;
    return;
  }
  try {
    const { project, model } = await worker().call('restore', null);
    batch(() => {
      if (project) {
        studio.images.value = project.images;
        studio.region.value = project.region;
        const options = project.options ?? studio.options.value;
        studio.options.value = { ...options, ...offeredAmounts(options) };
      }
      if (project && model) {
        studio.model.value = model;
        studio.scores.value = new Map(
          // What was not a number has become null.
          project.scores.filter(({ score }) => Number.isFinite(score)).map(({ id, score }) => [id, score]),
        );
        studio.accepted.value = new Set(project.accepted);
        studio.thresholds.value = project.thresholds ?? model.manifest.thresholds;
        if (project.scores.length > 0) studio.view.value = 'inspect';
      }
    });
  } catch (error) {
    sayError(error);
  }
  studio.ready.value = true;
  keepSaved();
  learnWhenCalm();
  // One style for all maps: no gallery is drawn again while the slider moves.
  effect(() => document.documentElement.style.setProperty('--map-strength', String(studio.opacity.value)));
  await chooseDevice('auto');
  if (studio.device.value) void rememberLoaded(studio.device.value.loaded);
}

function keepSaved(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = studio.project.value;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = studio.project.value;
    worker().call('save', last).catch(sayError);
  };
  effect(() => {
    if (studio.project.value === last) return;
    clearTimeout(timer);
    timer = setTimeout(save, calm);
  });
  // Leaving immediately loses nothing.
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && timer !== undefined) save();
  });
}
