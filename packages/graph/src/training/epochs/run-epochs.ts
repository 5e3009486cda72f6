/**
 * Training by epochs, whatever is trained: steps, error on held-out data, best epoch, patience,
 * checkpoints, divergence. Epochs are numbered from 1.
 */
import { TrainingDivergedError, type EpochRecord, type HostTensor } from '@oddpixel/contract';
import type { TrainingState } from '../optimizer/index.ts';
import type { EpochsState } from './checkpoint.ts';

/** What is trained. A `TrainingSession` has two of the four: `{ ...session, trainEpoch, measure }` is a trainer. */
export interface EpochTrainer {
  /** Does the steps of one epoch. What is random in it follows from the number of the epoch alone. */
  trainEpoch(epoch: number): Promise<void>;
  /** The error of the current parameters, best on what was held out; 0 is perfect. */
  measure(): Promise<number>;
  state(): Promise<TrainingState>;
  parameters(): Promise<Record<string, HostTensor>>;
}

export interface RunEpochsOptions {
  /** Maximum number of epochs, from 1. */
  readonly maxNumEpochs: number;
  /** Stops once the error is at or below it. Default 0. */
  readonly errorThreshold?: number;
  /** Stops after this many epochs without improvement, from 1. Default: never. */
  readonly patience?: number;
  /**
   * The error of a guess that knows nothing. Training has diverged if its error exceeds ten times this or ten
   * times its best, whichever is larger. Default 1: errors are shares of a variance.
   */
  readonly baselineError?: number;
  /** Continues from here. The trainer must hold its session state already. */
  readonly resume?: EpochsState | undefined;
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called after every `checkpointEvery` epochs with all that is needed to continue. Awaited. */
  readonly onCheckpoint?: ((state: EpochsState) => void | Promise<void>) | undefined;
  /** Epochs between checkpoints, from 1. Default 1. */
  readonly checkpointEvery?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunEpochsResult {
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly bestError: number;
  /** Parameters of the best epoch. */
  readonly best: Readonly<Record<string, HostTensor>>;
}

/** An error that has grown to this many times the best one will not recover. */
const divergedFactor = 10;

/** @throws TrainingDivergedError if the error is not a number or exceeds the bound of `baselineError`. */
export async function runEpochs(trainer: EpochTrainer, options: RunEpochsOptions): Promise<RunEpochsResult> {
  const { maxNumEpochs, errorThreshold = 0, patience = Infinity, baselineError = 1 } = options;
  const { resume, onEpoch, onCheckpoint, checkpointEvery = 1, signal } = options;
  const history: EpochRecord[] = [...(resume?.history ?? [])];
  let best = resume?.best ?? {};
  const bestRecord = (): EpochRecord | undefined =>
    history.reduce<EpochRecord | undefined>(
      (low, record) => (low === undefined || record.error < low.error ? record : low),
      undefined,
    );
  const isOver = (): boolean => {
    const [last, lowest] = [history.at(-1), bestRecord()];
    if (last === undefined || lowest === undefined) return false;
    return (
      last.epoch >= maxNumEpochs || lowest.error <= errorThreshold || last.epoch - lowest.epoch >= patience
    );
  };
  while (!isOver()) {
    signal?.throwIfAborted();
    const epoch = history.length + 1;
    await trainer.trainEpoch(epoch);
    const record = { epoch, error: await trainer.measure() };
    const before = bestRecord()?.error;
    if (
      !Number.isFinite(record.error) ||
      record.error > divergedFactor * Math.max(baselineError, before ?? 0)
    ) {
      throw new TrainingDivergedError({ ...record, bestError: before });
    }
    history.push(record);
    if (before === undefined || record.error < before) best = await trainer.parameters();
    onEpoch?.(record);
    if (onCheckpoint !== undefined && (epoch % checkpointEvery === 0 || isOver())) {
      await onCheckpoint({ history: [...history], session: await trainer.state(), best });
    }
  }
  const { epoch: bestEpoch = 0, error: bestError = Number.NaN } = bestRecord() ?? {};
  return { history, bestEpoch, bestError, best };
}
