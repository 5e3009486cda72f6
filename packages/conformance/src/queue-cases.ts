/** Concurrent calls, cancellation, disposal. */
import type { HostTensor } from '@oddpixel/contract';
import { writeGraph } from '@oddpixel/graph';
import type { ConformanceCase } from './case.ts';
import { check, checkRejects, checkTensor } from './check.ts';
import { floats, slowGraph, twoOutputs } from './graphs.ts';

/** New feeds are made each time, so that no backend can spoil them for the next case. */
const slowFeed = (): HostTensor => floats([48, 48], (i) => ((i * 7) % 13) / 13);

export const queueCases: readonly ConformanceCase[] = [
  {
    name: 'queue: concurrent runs each get their own result, in the order of the calls',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const order: number[] = [];
      await Promise.all(
        [0, 1, 2, 3, 4, 5].map(async (k) => {
          const outputs = await session.run({ x: floats([1, 3], [k, 10 * k, -k]) });
          order.push(k);
          checkTensor(outputs['doubled'], floats([1, 3], [2 * k, 20 * k, -2 * k]), `run ${k}`);
        }),
      );
      check(order.join() === '0,1,2,3,4,5', `runs end in the order of the calls, not ${order.join()}`);
    },
  },
  {
    name: 'queue: two sessions run at the same time',
    async run({ backend }): Promise<void> {
      const [a, b] = await Promise.all([
        backend.createSession(writeGraph(twoOutputs())),
        backend.createSession(writeGraph(slowGraph())),
      ]);
      const [one, two] = await Promise.all([
        a.run({ x: floats([1, 3], [1, 2, 3]) }, { outputs: ['shifted'] }),
        b.run({ x: slowFeed() }),
      ]);
      checkTensor(one['shifted'], floats([1, 3], [2, 4, 6]), 'first session');
      check(two['y'] !== undefined, 'the second session answers');
    },
  },
  {
    name: 'queue: a failed run does not stop the next one',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const bad = session.run({}).then(
        () => 'fine',
        () => 'failed',
      );
      const next = session.run({ x: floats([1, 3], [1, 1, 1]) });
      check((await bad) === 'failed', 'a run without feeds fails');
      checkTensor((await next)['doubled'], floats([1, 3], [2, 2, 2]), 'the next run');
    },
  },
  {
    name: 'cancellation: aborted before or while queued, a run rejects with the reason and never starts',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(slowGraph()));
      const reason = new Error('changed my mind');
      const outcome = (run: Promise<unknown>): Promise<unknown> =>
        run.then(
          () => 'done',
          (error: unknown) => error,
        );
      check(
        (await outcome(session.run({ x: slowFeed() }, { signal: AbortSignal.abort(reason) }))) === reason,
        'aborted before',
      );
      const controller = new AbortController();
      const settled: string[] = [];
      const before = [1, 2, 3, 4].map((k) =>
        session.run({ x: slowFeed() }).then(() => settled.push(`run ${k}`)),
      );
      const queued = outcome(session.run({ x: slowFeed() }, { signal: controller.signal })).then((result) => {
        settled.push('queued');
        return result;
      });
      controller.abort(reason);
      check((await queued) === reason, 'a queued run rejects with the reason');
      await Promise.all(before);
      check(
        settled.indexOf('queued') < settled.indexOf('run 4'),
        'a queued run rejects at once, not when its turn comes',
      );
    },
  },
  {
    name: 'cancellation: aborted while running, it rejects when the run ends and the session stays usable',
    async run({ backend }): Promise<void> {
      const reason = new Error('too late');
      // Longer and longer, until a run is still in progress when the signal comes. One that blocks this thread never is.
      for (const products of [4, 16]) {
        const session = await backend.createSession(writeGraph(slowGraph(products)));
        const expected = await session.run({ x: slowFeed() });
        const controller = new AbortController();
        let outcome: unknown;
        const run = session.run({ x: slowFeed() }, { signal: controller.signal }).then(
          () => (outcome = 'done'),
          (error: unknown) => (outcome = error),
        );
        // A turn of the event loop later, the run has begun; one that is done by then has also settled.
        await nextTurn();
        const wasDone = outcome !== undefined;
        controller.abort(reason);
        await run;
        check(outcome === (wasDone ? 'done' : reason), 'an aborted run rejects with the reason');
        const again = await session.run({ x: slowFeed() });
        check(Object.keys(again).join() === Object.keys(expected).join(), 'the session stays usable');
        await session.dispose();
        if (!wasDone) return;
      }
    },
  },
  {
    name: 'disposal: a session waits for its runs, disposes twice without harm, and refuses further use',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const run = session.run({ x: floats([1, 3], [1, 2, 3]) });
      const disposed = session.dispose();
      checkTensor((await run)['doubled'], floats([1, 3], [2, 4, 6]), 'a run before dispose');
      await disposed;
      await session.dispose();
      await checkRejects(
        () => session.run({ x: floats([1, 3], [1, 2, 3]) }),
        'DISPOSED',
        'run after dispose',
      );
    },
  },
  {
    name: 'disposal: a backend takes its sessions with it',
    async run({ openAnother }): Promise<void> {
      const backend = await openAnother();
      const session = await backend.createSession(writeGraph(twoOutputs()));
      await backend.dispose();
      await backend.dispose();
      await checkRejects(() => session.run({ x: floats([1, 3], [1, 2, 3]) }), 'DISPOSED', 'run');
      await checkRejects(() => backend.createSession(writeGraph(twoOutputs())), 'DISPOSED', 'createSession');
    },
  },
  {
    name: 'determinism: the same feeds give the same bits',
    needs: 'deterministic',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(slowGraph()));
      const bits: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { y } = await session.run({ x: slowFeed() });
        check(y !== undefined && 'data' in y, 'the output is on the host');
        bits.push(new Uint32Array((y.data as Float32Array).slice().buffer).join());
      }
      check(new Set(bits).size === 1, 'three runs give the same bits');
    },
  },
];

interface Port {
  addEventListener(type: 'message', listener: () => void): void;
  start(): void;
  postMessage(message: null): void;
  close(): void;
}

/** The next turn of the event loop; timers would let a millisecond pass, in which fast devices finish. */
async function nextTurn(): Promise<void> {
  // Hosts agree on this much of a port; their types do not.
  const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', Port>;
  await new Promise((resolve) => {
    port1.addEventListener('message', () => resolve(undefined));
    port1.start();
    port2.postMessage(null);
  });
  port1.close();
}
