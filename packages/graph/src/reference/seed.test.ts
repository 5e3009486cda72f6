import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { hostTensor, isHostTensor } from '@oddpixel/contract';
import { fixInputShape } from '../edit/fix-input-shape.ts';
import { readGraph, writeGraph } from '../codec/graph-codec.ts';
import { runGraph } from './interpreter.ts';

/** Largest difference between the interpreter and ONNX Runtime, relative to the largest value. */
const tolerance = 1e-5;

test('a real backbone gives the same values as in ONNX Runtime', async () => {
  const path = new URL('../../../backbones/assets/small.onnx', import.meta.url);
  const original = readGraph(new Uint8Array(readFileSync(path)));
  const name = original.inputs[0]?.name ?? '';
  const graph = fixInputShape(original, name, ['N', 3, 32, 64]);
  const data = Float32Array.from({ length: 3 * 32 * 64 }, (_, i) => (i * 7919) % 256);
  const feeds = { [name]: hostTensor('float32', [1, 3, 32, 64], data) };
  const session = await ortBackend().createSession(writeGraph(graph));
  const expected = await session.run(feeds);
  const computed = runGraph(graph, feeds);
  expect(Object.keys(computed)).toEqual(Object.keys(expected));
  for (const [output, tensor] of Object.entries(expected)) {
    if (!isHostTensor(tensor)) throw new TypeError('expected a host tensor');
    const values = computed[output]?.data as Float32Array;
    const reference = tensor.data as Float32Array;
    expect(computed[output]?.dims).toEqual(tensor.dims);
    const largest = reference.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const difference = reference.reduce((a, b, i) => Math.max(a, Math.abs(b - (values[i] as number))), 0);
    expect(largest).toBeGreaterThan(0.1);
    expect(difference / largest).toBeLessThan(tolerance);
  }
});
