/** What a manifest tells about a training by epochs: its errors, the epoch that was kept, what ended it. */
import type { EpochRecord, ModelManifest } from '@oddpixel/contract';
import { plain } from './format.ts';

export interface TrainingLife {
  /** At least one epoch. */
  readonly history: readonly EpochRecord[];
  /** The rules that end training, if the manifest names them. */
  readonly maxNumEpochs?: number;
  readonly errorThreshold?: number;
  readonly patience?: number;
}

/** `undefined` for models that were fitted without epochs. */
export function trainingLife({ training }: Pick<ModelManifest, 'training'>): TrainingLife | undefined {
  if (training === undefined || training.history.length === 0) return undefined;
  const rules = ['maxNumEpochs', 'errorThreshold', 'patience']
    .map((name) => [name, training.parameters[name]] as const)
    .filter(([, value]) => typeof value === 'number');
  return { history: training.history, ...Object.fromEntries(rules) };
}

/** The first epoch with the lowest error: the one whose parameters became the model. */
export function bestRecord(history: readonly EpochRecord[]): EpochRecord {
  return history.reduce((low, record) => (record.error < low.error ? record : low));
}

/** One sentence: how long the training went on, and which rule ended it. */
export function describeEnd({ history, maxNumEpochs, errorThreshold, patience }: TrainingLife): string {
  const best = bestRecord(history);
  const last = history.reduce((latest, { epoch }) => Math.max(latest, epoch), 0);
  const after = `Training ended after ${counted(last)}`;
  if (errorThreshold !== undefined && best.error <= errorThreshold) {
    return `${after}: the error fell to the errorThreshold of ${plain(errorThreshold)}.`;
  }
  const goal =
    errorThreshold === undefined
      ? ''
      : ` The errorThreshold of ${plain(errorThreshold)}, which would have ended it sooner, was not reached.`;
  if (maxNumEpochs !== undefined && last >= maxNumEpochs) {
    return `${after}, as many as maxNumEpochs allows.${goal}`;
  }
  if (patience !== undefined && last - best.epoch >= patience) {
    return `${after}: the last ${counted(last - best.epoch)} did not lower the error (patience ${patience}).${goal}`;
  }
  return `${after}.${goal}`;
}

function counted(epochs: number): string {
  return `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}
