/** Accepting images as good: the correction that is added to a memory. */
import { canAddImages } from '@oddpixel/model-core/heads';
import { batch, effect, untracked } from '@preact/signals';
import { announce, say } from '../messages.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';
import { label } from './images.ts';
import { scoreAll } from './score.ts';
import { work } from './work.ts';

/**
 * "This is fine": the image counts as good. If the model disagreed, it is added to a memory; if the model agreed, there
 * is nothing to add, and the image stays a fair test. Several clicks in a row are added together.
 */
export function acceptAsFine(id: string): void {
  label(id, 'ok');
  const score = studio.scores.value.get(id) ?? -Infinity;
  if (score < studio.classification.value) {
    announce('Noted as good.');
    return;
  }
  const model = studio.model.value;
  if (model === undefined || !canAddImages(model.manifest)) {
    studio.images.value = studio.images.value.map((image) =>
      image.id === id ? { ...image, role: 'teach' as const } : image,
    );
    say('info', 'It is now among the good images. This kind of model learns it when you train again.');
    return;
  }
  if (!studio.accepted.value.has(id)) studio.accepting.value = new Set(studio.accepting.value).add(id);
}

/** Adds what was called fine, as soon as no other job runs. Call once. */
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
  // Refused if more is waiting to be added: that ends with a scoring of its own.
  if (learned) await scoreAll();
}
