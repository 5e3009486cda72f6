import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readGraph } from '@oddpixel/graph';
import type { Backend } from '@oddpixel/contract';
import { student } from '@oddpixel/model-core/heads';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
} from '@oddpixel/model-core/train';
import { cpu } from '@oddpixel/runtime-node';
import { studentShapes } from '../packages/model-core/src/heads/student/student-network.ts';
import { stripes, stripesPreprocessing } from '../packages/model-core/test/stripes.ts';
import { tinyBackbone } from '../packages/model-core/test/tiny-backbone.ts';
import { trainingStepDocument } from './shared/document.ts';
import { documentOf } from './shared/run-bench.ts';
import { compareChecks } from './training-step/compare.ts';
import { studentStep } from './training-step/student.ts';
import { openTorch } from './training-step/torch.ts';

const short = ['--sizes', 'tiny', '--rounds', '2', '--round-ms', '1'];
const names = ['student-6', 'cnn-batchnorm', 'cnn'];

describe('bench training-step', { timeout: 120_000 }, () => {
  test('states why it runs without PyTorch and prints our own times', async () => {
    const { document, stderr } = await documentOf(['training-step', '--python', 'no-such-python', ...short]);
    const { torch, rows } = trainingStepDocument.parse(document);
    expect(torch).toEqual({ skipped: expect.stringMatching(/`no-such-python` cannot run PyTorch.*ENOENT/) });
    expect(stderr).toContain('without PyTorch');
    expect(rows.map(({ name }) => name)).toEqual(names);
    expect(rows.every((row) => row.torch === null)).toBe(true);
  });

  test('reports a program that is not Python', async () => {
    // Node.js does not know the file's type, and ends.
    const torch = await openTorch(process.execPath, 1);
    expect(torch).toEqual({ skipped: expect.stringMatching(/cannot run PyTorch: ./) });
  });

  const python = process.env['PYTHON'] ?? 'python3';
  const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;
  const title = 'trains the networks that PyTorch trains';
  test.skipIf(!hasTorch)(
    hasTorch ? title : `${title} [skipped: no PyTorch in ${python}; name another one in PYTHON]`,
    async () => {
      const { document } = await documentOf(['training-step', '--python', python, ...short]);
      const { rows } = trainingStepDocument.parse(document);
      expect(rows.map(({ torch }) => Object.keys(torch?.variantsMs ?? {}).length)).toEqual([2, 4, 4]);
      for (const { torch } of rows) expect(torch?.agreement.laterLosses).toBeLessThan(1e-5);
    },
  );

  test('refuses to compare networks that differ', () => {
    const ours = { losses: [0.5, 0.4], norms: { w: 3 } };
    const { firstLoss, parameters } = compareChecks('a', ours, {
      losses: [0.500_01, 0.400_1],
      norms: { w: 3.01 },
    });
    expect(firstLoss).toBeCloseTo(2e-5, 7);
    expect(parameters).toBeCloseTo(0.01 / 3.01, 7);
    for (const theirs of [
      { losses: [0.501, 0.4], norms: { w: 3 } },
      { losses: [0.5, 0.41], norms: { w: 3 } },
      { losses: [0.5, 0.4], norms: { w: 2.9 } },
      { losses: [0.5, 0.4], norms: {} },
      { losses: [0.5], norms: { w: 3 } },
    ]) {
      expect(() => compareChecks('a', ours, theirs)).toThrow(/a: expected the network that PyTorch trains/);
    }
  });

  test('measures the graph that training a student runs', async () => {
    const initial = await createInitialModel(tinyBackbone(), {
      preprocessing: stripesPreprocessing,
      id: 'tiny',
    });
    const created: Uint8Array[] = [];
    const backend = await cpu().open();
    const recording: Backend = {
      ...backend,
      createSession(model, options) {
        created.push(model);
        return backend.createSession(model, options);
      },
    };
    await trainModel(
      initial,
      samplesInMemory([0, 1, 2].map((i) => stripes(i))),
      createTrainParams(student({ maxNumEpochs: 1, complexity: 3 })),
      { backend: recording },
    );
    await backend.dispose();
    const run = created.map((bytes) => readGraph(bytes)).find(({ name }) => name === 'studentStep');
    // The tiny backbone has 6 + 10 channels.
    const measured = studentStep(studentShapes(16, 3), 16).graph;
    expect(run?.nodes).toEqual(measured.nodes);
    expect(run?.initializers).toEqual(measured.initializers);
  });
});
