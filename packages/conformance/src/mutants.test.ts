/** Backends that break one promise each: a suite that passes one of them is worthless. */
import { expect, test } from 'vitest';
import {
  hostTensor,
  isHostTensor,
  type Backend,
  type BackendFactory,
  type HostTensor,
  type RunOptions,
  type Session,
  type Tensor,
} from '@oddpixel/contract';
import { writeGraph } from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import { sum } from './graphs.ts';
import { formatSummary, runCases } from './index.ts';

type Feeds = Readonly<Record<string, Tensor>>;
type Run = Session['run'];

/** The reference backend with every session's `run` (and `dispose`) replaced. */
function mutant(
  change: (session: Session, backend: Backend) => Partial<Session>,
  create?: (backend: Backend) => Backend,
): BackendFactory {
  const factory = referenceBackend();
  return {
    name: 'mutant',
    async open(): Promise<Backend> {
      const backend = await factory.open();
      const changed: Backend = {
        ...backend,
        async createSession(model, options) {
          const session = await backend.createSession(model, options);
          return { ...session, ...change(session, backend) };
        },
      };
      return create?.(changed) ?? changed;
    },
  };
}

const mapOutputs =
  (session: Session, map: (tensor: HostTensor, name: string) => Tensor): Run =>
  async (feeds, options) =>
    Object.fromEntries(
      Object.entries(await session.run(feeds, options)).map(([name, tensor]) => [
        name,
        isHostTensor(tensor) ? map(tensor, name) : tensor,
      ]),
    );

const mutants: Record<string, [BackendFactory, RegExp]> = {
  'wrong dims': [
    mutant((session) => ({
      run: mapOutputs(session, (tensor) =>
        tensor.dims.length === 2 ? { ...tensor, dims: [...tensor.dims].reverse() } : tensor,
      ),
    })),
    /values|shapes/,
  ],
  'a stale tensor': [
    mutant((session) => {
      let first: Record<string, Tensor> | undefined;
      return {
        run: async (feeds: Feeds, options?: RunOptions) => (first ??= await session.run(feeds, options)),
      };
    }),
    /queue|shapes/,
  ],
  'one buffer for all results': [
    mutant((session) => {
      const buffers = new Map<string, Float32Array>();
      return {
        run: mapOutputs(session, (tensor, name) => {
          if (!(tensor.data instanceof Float32Array)) return tensor;
          const buffer = buffers.get(name);
          if (buffer?.length !== tensor.data.length) {
            buffers.set(name, tensor.data);
            return tensor;
          }
          buffer.set(tensor.data);
          return { ...tensor, data: buffer };
        }),
      };
    }),
    /outputs: results of a run stay/,
  ],
  'use after dispose': [mutant(() => ({ dispose: () => Promise.resolve() })), /disposal: a session/],
  NaN: [
    mutant((session) => ({
      run: mapOutputs(session, (tensor) =>
        tensor.data instanceof Float32Array
          ? hostTensor(
              'float32',
              tensor.dims,
              tensor.data.map(() => Number.NaN),
            )
          : tensor,
      ),
    })),
    /values/,
  ],
  'all outputs always': [
    mutant((session) => ({
      run: (feeds, options) => session.run(feeds, options?.signal ? { signal: options.signal } : {}),
    })),
    /outputs: only those requested/,
  ],
  'float16 as float32': [
    mutant((session) => ({
      run: mapOutputs(session, (tensor) =>
        tensor.dtype === 'float16'
          ? hostTensor('float32', tensor.dims, Float32Array.from(tensor.data as Uint16Array))
          : tensor,
      ),
    })),
    /float16 tensors/,
  ],
  'changed feeds': [
    mutant((session) => ({
      run: async (feeds, options) => {
        const outputs = await session.run(feeds, options);
        for (const tensor of Object.values(feeds)) {
          if (isHostTensor(tensor) && tensor.data instanceof Float32Array) tensor.data.fill(0);
        }
        return outputs;
      },
    })),
    /feeds: they are neither/,
  ],
  'deaf to signals': [
    mutant((session) => ({
      run: (feeds, options) => session.run(feeds, options?.outputs ? { outputs: options.outputs } : {}),
    })),
    /cancellation/,
  ],
  'ears for signals only until a run begins': [
    mutant((session) => ({
      run: async (feeds, options) => {
        const outputs = await session.run(feeds, options);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return outputs;
      },
    })),
    /cancellation: aborted while running/,
  ],
  'sessions that an aborted run leaves unusable': [
    mutant((session) => {
      let isSpoiled = false;
      return {
        run: async (feeds, options) => {
          if (isSpoiled) throw new Error('spoiled');
          const outputs = await session.run(feeds, options);
          await new Promise((resolve) => setTimeout(resolve, 20));
          isSpoiled = options?.signal?.aborted === true;
          if (isSpoiled) throw options?.signal?.reason;
          return outputs;
        },
      };
    }),
    /cancellation: aborted while running/,
  ],
  'results out of order': [
    mutant((session) => {
      let count = 0;
      return {
        run: async (feeds, options) => {
          const late = count++ % 2 === 0;
          const outputs = await session.run(feeds, options);
          if (late) await new Promise((resolve) => setTimeout(resolve, 20));
          return outputs;
        },
      };
    }),
    /queue: concurrent runs/,
  ],
  'a capability that is not there': [
    mutant(
      () => ({}),
      (backend) => ({ ...backend, capabilities: { ...backend.capabilities, keepOnDevice: true } }),
    ),
    /device/,
  ],
  'an engine that reads other files': [
    mutant(
      () => ({}),
      (backend) => ({
        ...backend,
        createSession: (model, options) =>
          backend.createSession(
            new TextDecoder('latin1').decode(model).includes('package.json') ? writeGraph(sum()) : model,
            options,
          ),
      }),
    ),
    /data lies in another file/,
  ],
  'sloppy feeds': [
    mutant((session) => ({
      run: async (feeds, options) => {
        const known = session.inputs.map(({ name }) => name);
        return session.run(
          Object.fromEntries(Object.entries(feeds).filter(([name]) => known.includes(name))),
          options,
        );
      },
    })),
    /errors: missing, unknown and wrong feeds/,
  ],
};

test.each(Object.entries(mutants))('catches a backend with %s', async (_, [factory, expected]) => {
  const { failed } = await runCases(factory);
  expect(failed.map(({ name }) => name).join('\n')).toMatch(expected);
});

test('the summary names cases that ran and cases that were skipped', async () => {
  const summary = await runCases(referenceBackend());
  expect(summary.failed).toEqual([]);
  expect(summary.skipped.every(({ reason }) => reason.includes('keepOnDevice'))).toBe(true);
  expect(formatSummary(summary)).toMatch(
    /^\d+ cases run, \d+ passed, 0 failed, \d+ skipped\nskipped {2}device/,
  );
});
