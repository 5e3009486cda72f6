import { describe, expect, test } from 'vitest';
import { inBatches, mapOrdered } from './streams.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('mapOrdered', () => {
  test('keeps the order, never runs more than the limit, and stops at the first failure', async () => {
    let running = 0;
    let most = 0;
    const delays = [30, 5, 20, 1, 10];
    const slow = async (delay: number): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, delay));
      running--;
      if (delay === 20) throw new Error('third');
      return delay;
    };
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const value of mapOrdered(delays, 2, slow)) seen.push(value);
      })(),
    ).rejects.toThrow('third');
    expect([seen, most]).toEqual([[30, 5], 2]);
  });

  test('yields a result before the source has its next item', async () => {
    let answered: (value: number) => void = () => undefined;
    // Each question is asked only after the answer to the one before.
    async function* dialogue(): AsyncGenerator<number> {
      for (let question = 1; question <= 3; question++) {
        const answer = new Promise<number>((resolve) => (answered = resolve));
        yield question;
        expect(await answer).toBe(10 * question);
      }
    }
    const seen: number[] = [];
    for await (const answer of mapOrdered(dialogue(), 4, async (x) => 10 * x)) {
      seen.push(answer);
      answered(answer);
    }
    expect(seen).toEqual([10, 20, 30]);
  });

  test('ends even if the source never answers again', async () => {
    async function* stuck(): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => undefined);
    }
    for await (const value of mapOrdered(stuck(), 2, async (x) => x)) {
      expect(value).toBe(1);
      break;
    }
  });

  test('closes the source and passes on its failure', async () => {
    let closed = 0;
    function* numbers(): Generator<number> {
      try {
        yield 1;
        yield 2;
        throw new Error('no more');
      } finally {
        closed++;
      }
    }
    for await (const _ of mapOrdered(numbers(), 1, async (x) => x)) break;
    expect(closed).toBe(1);
    await expect(collect(mapOrdered(numbers(), 1, async (x) => x))).rejects.toThrow('no more');
    expect(closed).toBe(2);
  });
});

test('inBatches keeps every item', async () => {
  const numbers = mapOrdered([1, 2, 3, 4, 5], 3, async (x) => x);
  expect(await collect(inBatches(numbers, 2))).toEqual([[1, 2], [3, 4], [5]]);
  expect(await collect(inBatches([], 2))).toEqual([]);
});
