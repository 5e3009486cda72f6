import { describe, expect, test } from 'vitest';
import { referenceBackend } from '../onnx/reference/index.ts';
import { add, GraphBuilder, writeGraph } from '../onnx/index.ts';
import type { Backend } from './backend.ts';
import { poolBackend, runsInFlight } from './pool-backend.ts';
import { hostTensor, type HostTensor } from './tensor.ts';

/** Opens a backend whose runs wait for `gate`, and counts them. */
async function gated(gate: () => Promise<void>): Promise<{ backend: Backend; runs: () => number }> {
  const inner = await referenceBackend().open();
  let runs = 0;
  const backend: Backend = {
    ...inner,
    async createSession(model, options) {
      const session = await inner.createSession(model, options);
      return {
        ...session,
        async run(feeds, runOptions) {
          runs++;
          await gate();
          return session.run(feeds, runOptions);
        },
      };
    },
  };
  return { backend, runs: () => runs };
}

function doubling(): Uint8Array {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [2]);
  g.output('y', add(x, x));
  return writeGraph(g.build());
}

const feed = (value: number): { x: HostTensor } => ({
  x: hostTensor('float32', [2], Float32Array.of(value, -value)),
});

describe('a pool', () => {
  test('gives each run to the member with the least to do, and results in the order of the calls', async () => {
    let open: () => void = () => undefined;
    const shut = new Promise<void>((resolve) => (open = resolve));
    const slow = await gated(() => shut);
    const fast = await gated(() => Promise.resolve());
    const pool = poolBackend('pool', [slow.backend, fast.backend]);
    const session = await pool.createSession(doubling());
    const order: number[] = [];
    const note = (value: number) => (outputs: Record<string, unknown>) => {
      order.push(value);
      expect([...((outputs['y'] as HostTensor).data as Float32Array)]).toEqual([2 * value, -2 * value]);
    };
    const runs = [session.run(feed(1)).then(note(1)), session.run(feed(2)).then(note(2))];
    await new Promise((resolve) => setTimeout(resolve, 5));
    // The fast member is done, the slow one is not: the third run goes to the fast one.
    runs.push(session.run(feed(3)).then(note(3)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([slow.runs(), fast.runs(), order]).toEqual([1, 2, []]);
    open();
    await Promise.all(runs);
    expect(order).toEqual([1, 2, 3]);
    await pool.dispose();
  });

  test('can do what all members can', async () => {
    const member = await referenceBackend().open();
    const weaker: Backend = {
      ...member,
      capabilities: {
        ...member.capabilities,
        keepOnDevice: true,
        float16: false,
        deterministic: false,
        threads: 3,
        maxBufferBytes: 1000,
        dtypes: ['uint8', 'float32'],
      },
    };
    const pool = poolBackend('pool', [member, weaker]);
    expect(pool.capabilities).toEqual({
      keepOnDevice: false,
      deterministic: false,
      float16: false,
      threads: member.capabilities.threads + 3,
      maxBufferBytes: 1000,
      dtypes: member.capabilities.dtypes.filter((dtype) => dtype === 'uint8' || dtype === 'float32'),
      parallelRuns: 2,
    });
    expect([runsInFlight(member), runsInFlight(pool)]).toEqual([2, 4]);
  });

  test('opens a model on all members or on none', async () => {
    const disposed: string[] = [];
    const watched = async (name: string, broken: boolean): Promise<Backend> => {
      const inner = await referenceBackend().open();
      return {
        ...inner,
        async createSession(model) {
          if (broken) throw new Error('out of memory');
          const session = await inner.createSession(model);
          return {
            ...session,
            async dispose() {
              disposed.push(name);
              await session.dispose();
            },
          };
        },
      };
    };
    const pool = poolBackend('pool', [await watched('a', false), await watched('b', true)]);
    await expect(pool.createSession(doubling())).rejects.toThrow('out of memory');
    expect(disposed).toEqual(['a']);
  });

  test('needs a member', () => {
    expect(() => poolBackend('pool', [])).toThrow(/at least one backend/);
  });
});
