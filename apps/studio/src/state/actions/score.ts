/** Scoring images with the model in use. */
import { batch } from '@preact/signals';
import type { ImageRecord } from '../../protocol.ts';
import { announce } from '../messages.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';
import { progressed, work } from './work.ts';

export async function scoreAll(): Promise<void> {
  await scoreImages(studio.suspects.value);
}

export async function scoreNew(): Promise<void> {
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

/** For a model without a threshold: between the lowest and the highest score, for the person to move. */
function middleThresholds(): studio.ShownThresholds | undefined {
  const values = [...studio.scores.value.values()];
  if (values.length === 0) return undefined;
  const classification = (Math.min(...values) + Math.max(...values)) / 2;
  return { classification, segmentation: classification };
}
