import { describe, expect, test } from 'vitest';
import { createRunQueue } from './run-queue.ts';

/** A task that the test finishes by hand, and the order in which tasks started. */
function gate(): { task: () => Promise<string>; open: (value: string) => void; started: () => boolean } {
  let open: (value: string) => void = () => undefined;
  let started = false;
  const result = new Promise<string>((resolve) => (open = resolve));
  const task = (): Promise<string> => {
    started = true;
    return result;
  };
  return { task, open, started: () => started };
}

/** Lets every promise that can settle now do so. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('run queue', () => {
  test('runs tasks one at a time, in call order', async () => {
    const queue = createRunQueue();
    const [first, second] = [gate(), gate()];
    const results = [queue.run(first.task), queue.run(second.task), queue.run(() => 'third')];
    await settle();
    expect([first.started(), second.started()]).toEqual([true, false]);
    second.open('second');
    await settle();
    expect(second.started()).toBe(false);
    first.open('first');
    expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
  });

  test('continues after a failed task, even one that throws synchronously', async () => {
    const queue = createRunQueue();
    const failed = queue.run(() => {
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await queue.run(() => 1)).toBe(1);
  });

  test('rejects with the reason of an aborted signal and never starts the task', async () => {
    const queue = createRunQueue();
    const { task, started } = gate();
    await expect(queue.run(task, { signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
    await settle();
    expect(started()).toBe(false);
  });

  test('a task aborted while waiting rejects at once and never starts, and the next task still waits its turn', async () => {
    const queue = createRunQueue();
    const [first, second] = [gate(), gate()];
    const controller = new AbortController();
    const running = queue.run(first.task);
    const waiting = queue.run(second.task, { signal: controller.signal });
    const last = queue.run(() => 'last');
    controller.abort('stop');
    await expect(waiting).rejects.toBe('stop');
    first.open('first');
    expect(await running).toBe('first');
    expect(await last).toBe('last');
    expect(second.started()).toBe(false);
  });

  test('a task aborted while running rejects when it settles, and its result goes to discard', async () => {
    const queue = createRunQueue();
    const { task, open } = gate();
    const controller = new AbortController();
    const discarded: string[] = [];
    let settled = false;
    const running = queue.run(task, {
      signal: controller.signal,
      discard: (value) => discarded.push(value),
    });
    running.catch(() => undefined).finally(() => (settled = true));
    await settle();
    controller.abort('stop');
    await settle();
    expect(settled).toBe(false);
    open('unwanted');
    await expect(running).rejects.toBe('stop');
    expect(discarded).toEqual(['unwanted']);
  });

  test('an abort after completion changes nothing', async () => {
    const queue = createRunQueue();
    const controller = new AbortController();
    const result = queue.run(() => 5, { signal: controller.signal });
    expect(await result).toBe(5);
    controller.abort();
    expect(await queue.run(() => 6)).toBe(6);
  });
});
