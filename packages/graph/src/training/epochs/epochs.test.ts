import { describe, expect, test } from 'vitest';
import {
  hostTensor,
  ModelFormatError,
  ParameterError,
  TrainingDivergedError,
  type HostTensor,
} from '@oddpixel/contract';
import { GraphBuilder, writeGraph } from '../../index.ts';
import { readCheckpoint, writeCheckpoint, type EpochsState } from './checkpoint.ts';
import { runEpochs, type EpochTrainer, type RunEpochsOptions } from './run-epochs.ts';

/** A trainer whose errors are given; its one parameter is the number of epochs that it was trained. */
function scripted(errors: readonly number[], start = 0): EpochTrainer & { trained: () => number } {
  let epochs = start;
  const parameter = (): Record<string, HostTensor> => ({
    w: hostTensor('float32', [1], Float32Array.of(epochs)),
  });
  return {
    trained: () => epochs,
    async trainEpoch(epoch): Promise<void> {
      expect(epoch).toBe(epochs + 1);
      epochs++;
    },
    measure: async () => errors[epochs - 1] ?? 1,
    state: async () => ({
      step: 10 * epochs,
      tensors: { ...parameter(), 'w/mean': parameter()['w'] as HostTensor },
    }),
    parameters: async () => parameter(),
  };
}

const settings: RunEpochsOptions = { maxNumEpochs: 6, errorThreshold: 0.01, patience: 3 };

describe('training by epochs', () => {
  test.each([
    ['the maximum number of epochs', [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], 6, 6],
    ['the error threshold', [0.9, 0.01, 0.5], 2, 2],
    ['the patience', [0.9, 0.5, 0.6, 0.7, 0.55, 0.1], 5, 2],
    ['the first of two equal errors', [0.5, 0.5, 0.6, 0.7], 4, 1],
  ])('ends by %s and keeps the best epoch', async (_, errors, epochs, bestEpoch) => {
    const trainer = scripted(errors);
    const result = await runEpochs(trainer, settings);
    expect(trainer.trained()).toBe(epochs);
    expect(result.history).toEqual(errors.slice(0, epochs).map((error, i) => ({ epoch: i + 1, error })));
    expect(result).toMatchObject({ bestEpoch, bestError: errors[bestEpoch - 1] });
    expect([...(result.best['w']?.data ?? [])]).toEqual([bestEpoch]);
  });

  test('resumed from a checkpoint gives the same result', async () => {
    const errors = [0.9, 0.4, 0.5, 0.45, 0.6];
    const whole = await runEpochs(scripted(errors), settings);
    const saved: EpochsState[] = [];
    await runEpochs(scripted(errors), { ...settings, onCheckpoint: (state) => void saved.push(state) });
    expect(saved).toHaveLength(5);
    for (const state of saved) {
      const copy = readCheckpoint(writeCheckpoint('{}', state), '{}');
      expect(copy).toEqual(state);
      const resumed = await runEpochs(scripted(errors, state.history.length), { ...settings, resume: copy });
      expect(resumed).toEqual(whole);
    }
  });

  test('saves every few epochs, and at the end', async () => {
    const saved: number[] = [];
    await runEpochs(scripted([0.9, 0.8, 0.7, 0.6, 0.5]), {
      ...settings,
      maxNumEpochs: 5,
      checkpointEvery: 2,
      onCheckpoint: ({ history }) => void saved.push(history.length),
    });
    expect(saved).toEqual([2, 4, 5]);
  });

  test.each([
    ['is not a number', [0.9, Number.NaN]],
    ['is infinite', [Infinity]],
    ['exceeds ten times the baseline', [0.9, 0.8, 11]],
  ])('stops with advice if the error %s', async (_, errors) => {
    const failure = await runEpochs(scripted(errors), settings).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TrainingDivergedError);
    expect(String(failure)).toMatch(/epoch \d.*learning rate/);
  });

  test('runs all epochs if no stop is set', async () => {
    const errors = [0.9, 0.2, 0.5, 0.6, 0.7, 0.8];
    const { history, bestEpoch } = await runEpochs(scripted(errors), { maxNumEpochs: 6 });
    expect(history).toHaveLength(6);
    expect(bestEpoch).toBe(2);
    expect((await runEpochs(scripted([0.9, 0, 0.1]), { maxNumEpochs: 3 })).history).toHaveLength(2);
  });

  test('measures divergence against the error of a constant guess', async () => {
    const grayValues = [4000, 300, 9000];
    const options = { maxNumEpochs: 3, baselineError: 5000 };
    await expect(runEpochs(scripted(grayValues), { maxNumEpochs: 3 })).rejects.toThrow(TrainingDivergedError);
    expect((await runEpochs(scripted(grayValues), options)).bestError).toBe(300);
    await expect(runEpochs(scripted([4000, 300, 60_000]), options)).rejects.toThrow(TrainingDivergedError);
  });

  test('stops when aborted', async () => {
    const controller = new AbortController();
    const trainer = scripted([0.9, 0.8, 0.7]);
    const run = runEpochs(trainer, {
      ...settings,
      signal: controller.signal,
      onEpoch: ({ epoch }) => epoch === 2 && controller.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
    expect(trainer.trained()).toBe(2);
  });
});

describe('a checkpoint', () => {
  const state: EpochsState = { history: [], session: { step: 0, tensors: {} }, best: {} };

  test('of other training is refused with what differs', () => {
    const bytes = writeCheckpoint(JSON.stringify({ seed: 1, images: ['a'] }), state);
    expect(() => readCheckpoint(bytes, JSON.stringify({ seed: 2, images: ['a'] }))).toThrow(ParameterError);
    expect(() => readCheckpoint(bytes, JSON.stringify({ seed: 2, images: ['a'] }))).toThrow(/`seed` differs/);
  });

  test('is distinguished from other files', () => {
    const g = new GraphBuilder();
    g.output('y', g.input('x', 'float32', [1]));
    for (const bytes of [writeGraph(g.build()), Uint8Array.of(1, 2, 3)]) {
      expect(() => readCheckpoint(bytes, '{}')).toThrow(ModelFormatError);
    }
  });
});
