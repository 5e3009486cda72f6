import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { ModelFormatError } from '@oddpixel/contract';
import { fixInputShape } from '../edit/fix-input-shape.ts';
import { pickOutputs } from '../edit/pick-outputs.ts';
import { upgradeOpset } from '../edit/upgrade-opset.ts';
import { inferTypes } from '../types/infer.ts';
import { readGraph, writeGraph } from './graph-codec.ts';
import { readMetadata, writeMetadata } from './metadata.ts';

const backbones = ['oddpixel-seed', 'mobilenet-v2-trunk', 'resnet50-v2-trunk'];

async function outputs(bytes: Uint8Array, width = 64, height = 32): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256);
  const results = await session.run({ image: new ort.Tensor('float32', data, [1, 3, height, width]) });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}

/** Comparing large arrays element by element through `toEqual` takes gigabytes. */
function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

function expectSame(a: Record<string, Float32Array>, b: Record<string, Float32Array>): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, values] of Object.entries(a)) {
    expect({ name, same: sameBytes(values, b[name] as Float32Array) }).toEqual({ name, same: true });
  }
}

describe.each(backbones)('%s', (name) => {
  const path = referencePath('models', `${name}.onnx`);

  test.skipIf(path === undefined)(
    `${referenceTitle('gives the same bits after reading and writing', path)}`,
    async () => {
      const bytes = readFileSync(path as string);
      const graph = readGraph(bytes);
      const written = writeGraph(graph);
      expect(sameBytes(writeGraph(readGraph(written)), written)).toBe(true);
      expectSame(await outputs(written), await outputs(bytes));
    },
  );

  test.skipIf(path === undefined)(
    `${referenceTitle('has known shapes once its input is fixed, and keeps the batch dynamic', path)}`,
    async () => {
      const graph = fixInputShape(readGraph(readFileSync(path as string)), 'image', ['N', 3, 32, 64]);
      const types = inferTypes(graph);
      for (const output of graph.outputs) {
        expect(types.get(output.name)?.dims).toEqual(output.dims);
        const stride = Number(output.name.split('_')[1]);
        expect(output.dims[0]).toBe('N');
        expect(output.dims.slice(2)).toEqual([32 / stride, 64 / stride]);
      }
      for (const opset of [17, 18, 21]) {
        const upgraded = upgradeOpset(graph, opset);
        expectSame(await outputs(writeGraph(upgraded)), await outputs(writeGraph(graph)));
      }
    },
  );

  test.skipIf(path === undefined)(
    `${referenceTitle('can be cut at a value in its middle', path)}`,
    async () => {
      const graph = fixInputShape(readGraph(readFileSync(path as string)), 'image', ['N', 3, 32, 64]);
      const middle = graph.nodes[Math.floor(graph.nodes.length / 3)]?.outputs[0] as string;
      const cut = pickOutputs(graph, [middle]);
      expect(cut.nodes.length).toBeLessThan(graph.nodes.length);
      expect(Object.keys(await outputs(writeGraph(cut)))).toEqual([middle]);
    },
  );
});

describe('model bytes', () => {
  const path = referencePath('models', 'oddpixel-seed.onnx');

  test.skipIf(path === undefined)(
    `${referenceTitle('carry metadata without a change to the graph', path)}`,
    () => {
      const bytes = readFileSync(path as string);
      const changed = writeMetadata(
        bytes,
        new Map([
          ['b', '2'],
          ['a', 'ä'],
        ]),
      );
      expect([...readMetadata(changed)]).toEqual([
        ['a', 'ä'],
        ['b', '2'],
      ]);
      const plain = (file: Uint8Array): Uint8Array => writeGraph({ ...readGraph(file), metadata: new Map() });
      expect(sameBytes(plain(changed), plain(bytes))).toBe(true);
    },
  );

  test.each([
    ['an empty file', new Uint8Array()],
    ['text', new TextEncoder().encode('hello, this is not a model')],
    ['zeros', new Uint8Array(100)],
  ])('are refused if they are %s', (_what, bytes) => {
    expect(() => readGraph(bytes)).toThrow(ModelFormatError);
  });
});
