/** Wrong calls fail with the contract's errors and harm nothing. */
import { hostTensor, type DeviceTensor } from '@oddpixel/contract';
import { writeGraph } from '@oddpixel/graph';
import type { ConformanceCase } from './case.ts';
import { check, checkRejects, checkTensor } from './check.ts';
import { modelWithExternalData } from './external-model.ts';
import { floats, sum, twoOutputs } from './graphs.ts';

export const errorCases: readonly ConformanceCase[] = [
  {
    name: 'errors: missing, unknown and wrong feeds are named, and the session stays usable',
    async run({ backend }): Promise<void> {
      const good = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(sum()));
      const wrong: [string, string, Parameters<typeof session.run>[0]][] = [
        ['a missing feed', 'UNKNOWN_NAME', { a: good }],
        ['an unknown feed', 'UNKNOWN_NAME', { a: good, b: good, c: good }],
        [
          'another type',
          'TENSOR_MISMATCH',
          { a: good, b: hostTensor('int32', [1, 3], Int32Array.of(1, 2, 3)) },
        ],
        ['another size', 'TENSOR_MISMATCH', { a: good, b: floats([1, 4], () => 0) }],
        ['another rank', 'TENSOR_MISMATCH', { a: good, b: floats([3], () => 0) }],
        ['too little data', 'TENSOR_MISMATCH', { a: good, b: { ...good, data: new Float32Array(2) } }],
      ];
      for (const [what, code, feeds] of wrong) await checkRejects(() => session.run(feeds), code, what);
      checkTensor(
        (await session.run({ a: good, b: good }))['sum'],
        floats([1, 3], [2, 4, 6]),
        'after errors',
      );
    },
  },
  {
    name: 'errors: an unknown output is named',
    async run({ backend }): Promise<void> {
      const good = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()));
      await checkRejects(() => session.run({ x: good }, { outputs: ['nothing'] }), 'UNKNOWN_NAME', 'run');
      const keep = { keepOnDevice: ['nothing'] };
      await checkRejects(
        () => backend.createSession(writeGraph(twoOutputs()), keep),
        'UNKNOWN_NAME',
        'createSession',
      );
    },
  },
  {
    name: 'errors: bytes that are not a model are refused',
    async run({ backend }): Promise<void> {
      const model = writeGraph(twoOutputs());
      await checkRejects(
        () => backend.createSession(model.slice(0, model.length / 2)),
        'MODEL_FORMAT',
        'half a file',
      );
      const noise = Uint8Array.from({ length: 200 }, (_, i) => (i * 89) % 251);
      await checkRejects(() => backend.createSession(noise), 'MODEL_FORMAT', 'noise');
      check((await backend.createSession(model)).inputs.length === 1, 'the backend goes on');
    },
  },
  {
    name: 'errors: a model whose data lies in another file is refused, whether the file exists or not',
    async run({ backend }): Promise<void> {
      // The first is there wherever tests of a package run: an engine that reads files would take it for numbers.
      for (const location of ['package.json', 'no-such-file.bin', '../package.json'])
        await checkRejects(
          () => backend.createSession(modelWithExternalData(location)),
          'MODEL_FORMAT',
          `data in ${location}`,
        );
      check(
        (await backend.createSession(writeGraph(twoOutputs()))).inputs.length === 1,
        'the backend goes on',
      );
    },
  },
  {
    name: 'errors: a tensor of an unknown device is refused',
    async run({ backend }): Promise<void> {
      const good = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const foreign: DeviceTensor = {
        location: 'elsewhere',
        dtype: 'float32',
        dims: [1, 3],
        read: () => Promise.resolve(good),
        dispose: () => {},
      };
      await checkRejects(() => session.run({ x: foreign }), 'FOREIGN_TENSOR', 'foreign tensor');
    },
  },
  {
    name: 'feeds: they are neither changed nor detached, and may be views',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const all = Float32Array.of(9, 1, 2, 3, 9);
      const x = hostTensor('float32', [1, 3], all.subarray(1, 4));
      for (let i = 0; i < 2; i++) {
        checkTensor((await session.run({ x }))['doubled'], floats([1, 3], [2, 4, 6]), 'a view');
        check(all.length === 5 && all.join() === '9,1,2,3,9', 'the memory of the feed is as it was');
      }
    },
  },
  {
    name: 'outputs: results of a run stay as they are while others run',
    async run({ backend }): Promise<void> {
      const good = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const first = await session.run({ x: good });
      await session.run({ x: floats([1, 3], [7, 8, 9]) });
      checkTensor(first['doubled'], floats([1, 3], [2, 4, 6]), 'the first result');
    },
  },
];
