/** Training on the good images. */
import { announce } from '../messages.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';
import { useModel } from './model.ts';
import { scoreAll } from './score.ts';
import { progressed, work } from './work.ts';

/** Trains on the good images and those that were called fine, then judges the others. True if there is a model. */
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
