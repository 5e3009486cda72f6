import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { interleave, median, ratio, rounded } from './shared/rounds.ts';
import { runBench } from './shared/run-bench.ts';

describe('bench', { timeout: 120_000 }, () => {
  it('names its measurements, which the README describes', async () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    for (const args of [[], ['toString']]) {
      const { code, stdout, stderr } = await runBench(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      const listed = /measurement: (.*)\. See/.exec(stderr)?.[1]?.split(', ') ?? [];
      expect(listed).toEqual(['training-step', 'heads', 'gpu', 'predict', 'train']);
      for (const listedName of listed) expect(readme).toContain(`pnpm bench ${listedName}`);
    }
  });

  it('refuses unknown options, sizes and counts', async () => {
    expect(readOptions(['--rounds', '3'], ['rounds'])).toEqual({ rounds: '3' });
    expect(() => readOptions(['--speed', '3'], ['rounds'])).toThrow(/--speed/);
    expect(isTinySize('tiny')).toBe(true);
    expect(() => isTinySize('huge')).toThrow(/expected `tiny` or `full`, received `huge`/);
    expect(wholeNumber('rounds', undefined, 7)).toBe(7);
    for (const text of ['0', '1.5', 'two', '']) {
      expect(() => wholeNumber('rounds', text, 7)).toThrow(/--rounds: expected a whole number from 1/);
    }
    const { code, stdout, stderr } = await runBench(['heads', '--speed', '3']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('--speed');
  });
});

describe('counting', () => {
  it('runs the sides in turn', async () => {
    const order: string[] = [];
    const side = (name: string, ms: number) => (): Promise<number> => {
      order.push(name);
      return Promise.resolve(ms);
    };
    const times = await interleave({ a: side('a', 1), b: side('b', 2) }, 3);
    expect(order.join('')).toBe('ababab');
    expect(times).toEqual({ a: [1, 1, 1], b: [2, 2, 2] });
  });

  it('takes medians, of the ratios round by round', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(ratio([2, 30, 4], [1, 10, 4])).toEqual({ median: 2, lowest: 1, highest: 3 });
    expect(rounded(1234.5678)).toBe(1235);
  });
});
