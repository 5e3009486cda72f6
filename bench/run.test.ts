import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { interleave, median, medianOf, ratio, repeated, rounded, type Duration } from './shared/rounds.ts';
import { runBench } from './shared/run-bench.ts';

describe('bench', { timeout: 120_000 }, () => {
  test('lists its measurements, which the README describes', async () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    for (const args of [[], ['toString']]) {
      const { code, stdout, stderr } = await runBench(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      const listed = /measurement: (.*)\. See/.exec(stderr)?.[1]?.split(', ') ?? [];
      expect(listed).toEqual([
        'training-step',
        'heads',
        'backbones',
        'gpu',
        'parity',
        'browser',
        'predict',
        'train',
      ]);
      for (const listedName of listed) expect(readme).toContain(`pnpm bench ${listedName}`);
    }
  });

  test('refuses unknown options, sizes and counts', async () => {
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
  const duration = (ms: number, cpuMs: number = ms): Duration => ({ ms, cpuMs });

  test('runs the sides in turn', async () => {
    const order: string[] = [];
    const side = (name: string, ms: number) => (): Promise<Duration> => {
      order.push(name);
      return Promise.resolve(duration(ms));
    };
    const times = await interleave({ a: side('a', 1), b: side('b', 2) }, 3);
    expect(order.join('')).toBe('ababab');
    expect(times.a.map(({ ms }) => ms)).toEqual([1, 1, 1]);
    expect(times.b.map(({ ms }) => ms)).toEqual([2, 2, 2]);
  });

  test('runs the work as often as requested, and the final step once', async () => {
    const done: string[] = [];
    const note = (word: string) => (): Promise<number> => Promise.resolve(done.push(word));
    const { ms, cpuMs } = await repeated(note('work'), 3, note('end'))();
    expect(done).toEqual(['work', 'work', 'work', 'end']);
    expect(ms).toBeGreaterThan(0);
    expect(cpuMs).toBeGreaterThanOrEqual(0);
  });

  test('takes the median of the ratios of all rounds', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    const [over, under] = [
      [2, 30, 4].map((ms) => duration(ms, 6)),
      [1, 10, 4].map((ms) => duration(ms, 2 * ms)),
    ];
    expect(ratio(over, under)).toEqual({ median: 2, lowest: 1, highest: 3 });
    expect(ratio(over, under, 'cpuMs')).toEqual({ median: 0.75, lowest: 0.3, highest: 3 });
    expect(medianOf(over)).toBe(4);
    expect(rounded(1234.5678)).toBe(1235);
  });
});
