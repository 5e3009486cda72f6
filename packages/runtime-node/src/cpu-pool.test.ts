import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { BackendError, hostTensor, type HostTensor, type Tensor } from '@oddpixel/contract';
import { GraphBuilder, matmul, writeGraph } from '@oddpixel/graph';
import { oneWorker } from './in-worker.ts';
import { cpuPool, inWorker } from './index.ts';

const workers: Worker[] = [];
const note = (worker: Worker): void => void workers.push(worker);
process.on('worker', note);
afterEach(() => void workers.splice(0));

/** `y = x · x · … · x`, often enough that a run takes a while. */
function powers(count: number): Uint8Array {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [256, 256]);
  let y = x;
  for (let i = 0; i < count; i++) y = matmul(y, x);
  g.output('y', y);
  return writeGraph(g.build());
}

/** The identity times `value`. */
function diagonal(value: number): { x: HostTensor } {
  const data = new Float32Array(256 * 256);
  for (let i = 0; i < 256; i++) data[257 * i] = value;
  return { x: hostTensor('float32', [256, 256], data) };
}

const firstOf = ({ y }: Record<string, Tensor>): number | undefined =>
  ((y as HostTensor).data as Float32Array)[0];

/** A new thread has been opened for each that ended. */
async function untilThereAre(count: number): Promise<void> {
  while (workers.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a pool with a thread that ended while idle completes all later runs and can be disposed', async () => {
  const backend = await cpuPool({ threads: 2 }).open();
  const session = await backend.createSession(powers(1));
  await workers[0]?.terminate();
  for (let i = 0; i < 20; i++) expect(firstOf(await session.run(diagonal(i)))).toBe(i * i);
  await untilThereAre(3);
  await session.dispose();
  await backend.dispose();
});

test('runs that waited for a thread that ended run elsewhere; at most the one running there fails', async () => {
  const backend = await cpuPool({ threads: 2 }).open();
  const session = await backend.createSession(powers(100));
  // Before they start: a thread that is ended while the engine computes there takes the process with it.
  const ending = workers[1]?.terminate();
  const runs = Array.from({ length: 8 }, () => session.run(diagonal(1)));
  const outcomes = Promise.allSettled(runs);
  await ending;
  const failed = (await outcomes).flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  expect(failed.length).toBeLessThanOrEqual(1);
  for (const error of failed) expect(error).toBeInstanceOf(BackendError);
  for (let i = 0; i < 20; i++) expect(firstOf(await session.run(diagonal(1)))).toBe(1);
  await backend.dispose();
});

test('a pool whose threads have all ended starts others', async () => {
  const backend = await cpuPool({ threads: 3 }).open();
  const session = await backend.createSession(powers(1));
  await Promise.all(workers.map((worker) => worker.terminate()));
  const outputs = await Promise.all(Array.from({ length: 20 }, (_, i) => session.run(diagonal(i))));
  expect(outputs.map(firstOf)).toEqual(outputs.map((_, i) => i * i));
  const later = await backend.createSession(powers(2));
  expect(firstOf(await later.run(diagonal(3)))).toBe(27);
  await backend.dispose();
});

test('a pool whose threads ended and cannot be restarted says so and can be disposed', async () => {
  const backend = await cpuPool({ threads: 2 }).open();
  const session = await backend.createSession(powers(1));
  const kill = (worker: Worker): void => void worker.terminate();
  process.on('worker', kill);
  try {
    await Promise.all(workers.slice(0, 2).map((worker) => worker.terminate()));
    await expect(session.run(diagonal(1))).rejects.toThrow(/find a member for the run: .*thread has ended/);
  } finally {
    process.off('worker', kill);
  }
  expect(firstOf(await session.run(diagonal(2)))).toBe(4);
  await session.dispose();
  await backend.dispose();
});

test('a backend whose thread ended says so, and it and its sessions can be disposed', async () => {
  const backend = await oneWorker({ device: 'cpu', threads: 1 }).open();
  const session = await backend.createSession(powers(1));
  await workers[0]?.terminate();
  expect(await backend.lost).toMatch(/thread has ended/);
  await expect(session.run(diagonal(1))).rejects.toThrow(BackendError);
  await session.dispose();
  await backend.dispose();
});

test('inWorker restarts a thread that ended while idle; sessions continue, new ones open, and all can be disposed', async () => {
  const backend = await inWorker({ device: 'cpu', threads: 1 }).open();
  const session = await backend.createSession(powers(1));
  for (let round = 1; round <= 3; round++) {
    await workers.at(-1)?.terminate();
    expect(firstOf(await session.run(diagonal(round)))).toBe(round * round);
    expect(workers).toHaveLength(round + 1);
  }
  const later = await backend.createSession(powers(2));
  expect(firstOf(await later.run(diagonal(2)))).toBe(8);
  await session.dispose();
  await backend.dispose();
});

test('inWorker fails at most the running one of the runs of an ended thread; the next thread completes the others', async () => {
  const backend = await inWorker({ device: 'cpu', threads: 1 }).open();
  const session = await backend.createSession(powers(100));
  const ending = workers[0]?.terminate();
  const runs = Promise.allSettled(Array.from({ length: 4 }, () => session.run(diagonal(1))));
  await ending;
  const [first, ...others] = await runs;
  if (first?.status === 'rejected') expect(first.reason).toBeInstanceOf(BackendError);
  for (const run of others) expect(run.status === 'fulfilled' && firstOf(run.value)).toBe(1);
  await backend.dispose();
});

test('an opening that is aborted rejects with the reason and leaves no thread', async () => {
  const controller = new AbortController();
  const reason = new Error('another device was chosen');
  const opening = oneWorker({ device: 'cpu' }).open(controller.signal);
  controller.abort(reason);
  await expect(opening).rejects.toBe(reason);
  expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
});
