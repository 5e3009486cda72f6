import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceBackend } from '@oddpixel/graph/reference';
import { add, GraphBuilder, writeGraph } from '@oddpixel/graph';
import {
  type Backend,
  BackendError,
  createRunQueue,
  hostTensor,
  type HostTensor,
  runsInFlight,
} from '@oddpixel/contract';
import { poolBackend } from './pool-backend.ts';

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

/** A backend that runs one thing at a time and can be killed, as a thread can. */
async function mortal(): Promise<{
  backend: Backend;
  runs: () => number;
  disposals: () => number;
  hold: () => void;
  release: () => void;
  kill: () => void;
  fail: (fails: boolean) => void;
}> {
  const inner = await referenceBackend().open();
  const queue = createRunQueue();
  let onLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => (onLost = resolve));
  let runs = 0;
  let disposals = 0;
  let failing = false;
  let release = (): void => undefined;
  let held = Promise.resolve();
  let dead = false;
  const died = new BackendError({ backend: 'mortal', operation: 'answer', reason: 'its thread has ended' });
  const end = lost.then((): never => {
    throw died;
  });
  end.catch(() => undefined);
  const backend: Backend = {
    ...inner,
    lost,
    async createSession(model, options) {
      if (dead) throw died;
      const session = await inner.createSession(model, options);
      return {
        ...session,
        run: (feeds, runOptions) =>
          queue.run(async () => {
            if (dead) throw died;
            runs++;
            await Promise.race([held, end]);
            if (failing) throw new BackendError({ backend: 'mortal', operation: 'run', reason: 'no memory' });
            return session.run(feeds, runOptions);
          }),
        dispose: () => (dead ? Promise.reject(died) : session.dispose()),
      };
    },
    dispose() {
      disposals++;
      return dead ? Promise.reject(died) : inner.dispose();
    },
  };
  return {
    backend,
    runs: () => runs,
    disposals: () => disposals,
    hold: () => (held = new Promise((resolve) => (release = resolve))),
    release: () => release(),
    kill() {
      dead = true;
      onLost('its thread has ended');
    },
    fail: (fails) => (failing = fails),
  };
}

const valueOf = (outputs: Record<string, unknown>): number | undefined =>
  ((outputs['y'] as HostTensor).data as Float32Array)[0];

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

  test('has only the capabilities that all members have', async () => {
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

  test('moves runs that waited on a lost member; the running one fails, later ones succeed', async () => {
    const first = await mortal();
    const second = await mortal();
    const third = await mortal();
    const pool = poolBackend('pool', [first.backend, second.backend], {
      reopen: () => Promise.resolve(third.backend),
    });
    const session = await pool.createSession(doubling());
    first.hold();
    second.hold();
    const runs = Array.from({ length: 6 }, (_, i) => session.run(feed(i)));
    const outcomes = Promise.allSettled(runs);
    first.kill();
    await new Promise((resolve) => setTimeout(resolve, 5));
    second.release();
    const failed = (await outcomes).flatMap((outcome, i) => (outcome.status === 'rejected' ? [i] : []));
    expect(failed).toEqual([0]);
    await expect(runs[0]).rejects.toThrow(BackendError);
    for (let i = 0; i < 20; i++) expect(valueOf(await session.run(feed(i)))).toBe(2 * i);
    expect(third.runs()).toBeGreaterThan(0);
    await session.dispose();
    await pool.dispose();
    expect([first, second, third].map(({ disposals }) => disposals())).toEqual([1, 1, 1]);
  });

  test('continues with the others while a replacement cannot be started, and tries again later', async () => {
    const members = [await mortal(), await mortal()];
    let starts = 0;
    const spare = await mortal();
    const pool = poolBackend(
      'pool',
      members.map(({ backend }) => backend),
      {
        reopen: () =>
          ++starts < 4 ? Promise.reject(new Error('no thread left')) : Promise.resolve(spare.backend),
      },
    );
    const session = await pool.createSession(doubling());
    members[0]?.kill();
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (let i = 0; i < 20; i++) expect(valueOf(await session.run(feed(i)))).toBe(2 * i);
    expect(starts).toBe(1);
    members[1]?.kill();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await expect(session.run(feed(1))).rejects.toThrow(
      /`pool` failed to find a member for the run: no thread left\. Open/,
    );
    expect(valueOf(await session.run(feed(3)))).toBe(6);
    await pool.dispose();
  });

  test('stops replacing members that die at once', async () => {
    const member = await mortal();
    let starts = 0;
    const pool = poolBackend('pool', [member.backend, (await mortal()).backend], {
      async reopen() {
        starts++;
        const next = await mortal();
        next.kill();
        return next.backend;
      },
    });
    const session = await pool.createSession(doubling());
    member.kill();
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let i = 0; i < 20; i++) expect(valueOf(await session.run(feed(i)))).toBe(2 * i);
    expect(starts).toBe(1);
    await pool.dispose();
  });

  test('skips a member that fails without being lost, until the others fail as well', async () => {
    const members = [await mortal(), await mortal()];
    const pool = poolBackend(
      'pool',
      members.map(({ backend }) => backend),
    );
    const session = await pool.createSession(doubling());
    members[0]?.fail(true);
    const outcomes = await Promise.allSettled([session.run(feed(1)), session.run(feed(2))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    for (let i = 0; i < 20; i++) expect(valueOf(await session.run(feed(i)))).toBe(2 * i);
    members[0]?.fail(false);
    members[1]?.fail(true);
    await expect(session.run(feed(1))).rejects.toThrow(BackendError);
    expect(valueOf(await session.run(feed(4)))).toBe(8);
    await pool.dispose();
  });

  test('whichever member dies at whatever time, no run hangs, only its runs fail, and all results are right', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.oneof(fc.constant('run'), fc.constant('tick'), fc.nat(5)), { maxLength: 40 }),
        async (size, script) => {
          const opened = await Promise.all(Array.from({ length: size }, mortal));
          const pool = poolBackend(
            'pool',
            opened.map(({ backend }) => backend),
            {
              async reopen() {
                const next = await mortal();
                opened.push(next);
                return next.backend;
              },
            },
          );
          const session = await pool.createSession(doubling());
          const runs: Promise<void>[] = [];
          let kills = 0;
          let failures = 0;
          for (const step of script) {
            if (step === 'run') {
              const value = runs.length;
              const run = session.run(feed(value)).then(
                (outputs) => expect(valueOf(outputs)).toBe(2 * value),
                (error: unknown) => {
                  failures++;
                  expect(error).toBeInstanceOf(BackendError);
                },
              );
              runs.push(run);
            } else if (step === 'tick') await new Promise((resolve) => setImmediate(resolve));
            else {
              kills++;
              opened[step % opened.length]?.kill();
            }
          }
          await Promise.all(runs);
          expect(failures).toBeLessThanOrEqual(kills);
          expect(valueOf(await session.run(feed(7)))).toBe(14);
          await pool.dispose();
        },
      ),
      { numRuns: 200 },
    );
  });

  test('throws ParameterError if it has no member', () => {
    expect(() => poolBackend('pool', [])).toThrow(/at least one backend/);
  });
});
