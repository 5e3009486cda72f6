/** Training by epochs: batches, the best epoch, an early end, checkpoints. */
export { shuffledBatches, stackTensors } from './batches.ts';
export { readCheckpoint, writeCheckpoint, type EpochsState } from './checkpoint.ts';
export { runEpochs, type EpochTrainer, type RunEpochsOptions, type RunEpochsResult } from './run-epochs.ts';
