/** Model files that earlier versions wrote open and give the results of then. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadModel } from '../src/model/load.ts';
import { readModel } from '../src/model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes } from './stripes.ts';

interface Expected {
  readonly anomalyScore: number;
  readonly anomalyClass: string;
  readonly meanOfMap: number;
}

const read = (name: string): Promise<Buffer> => readFile(new URL(`models/${name}`, import.meta.url));

test.each(['memory', 'gaussian', 'student'])(
  'a file with the head %s of an earlier version scores as it did',
  async (head) => {
    const model = readModel(await read(`${head}.onnx`));
    expect(model.manifest.head?.type).toBe(head);
    expect(model.manifest.backbone?.outputs.length).toBeGreaterThan(0);
    const expected = JSON.parse(String(await read(`${head}.json`))) as Expected[];
    const loaded = await loadModel(model, ortBackend());
    const results = await loaded.apply([stripes(10), stripes(11, { x: 50, y: 20 })]);
    expect(results).toHaveLength(2);
    for (const [i, { anomalyScore, anomalyClass, anomalyImage }] of results.entries()) {
      const wanted = expected[i] as Expected;
      expect(anomalyClass).toBe(wanted.anomalyClass);
      expect(Math.abs(anomalyScore / wanted.anomalyScore - 1)).toBeLessThan(1e-5);
      const mean = anomalyImage.data.reduce((a, b) => a + b, 0) / anomalyImage.data.length;
      expect(Math.abs(mean / wanted.meanOfMap - 1)).toBeLessThan(1e-5);
    }
    expect(results.map(({ anomalyClass }) => anomalyClass)).toContain('nok');
    await loaded.dispose();
  },
);
