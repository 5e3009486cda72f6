/** The same bytes everywhere: the sources use no function that engines may round differently, and a hash guards the result. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appleDefects, appleVarieties, renderApple } from './index.ts';

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

/** What the language standard defines to the last bit. */
const exact = ['abs', 'floor', 'fround', 'imul', 'max', 'min', 'sign', 'sqrt', 'trunc', 'ceil'];

/** Code that may differ between engines, machines or runs; empty when there is none. */
function inexactCode(source: string): string[] {
  const code = source.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
  const members = [...code.matchAll(/\bMath\s*(?:\.\s*(\w+)|\[)/g)];
  return [
    ...members.filter(([, name]) => name === undefined || !exact.includes(name)).map(([text]) => text),
    ...(/=\s*Math\b(?!\s*\.)/.test(code) ? ['an alias of Math'] : []),
    ...(code.match(/\*\*|\b(?:Date|performance|Intl|crypto|process|globalThis)\b|toLocale\w*/g) ?? []),
  ];
}

test('the check finds inexact arithmetic', () => {
  const bad = [
    'Math.sin(x)',
    'Math .pow(x, 2)',
    'Math["exp"](x)',
    'const { cos } = Math;',
    'x ** 0.5',
    'Date.now()',
  ];
  for (const code of bad) expect(inexactCode(code)).not.toEqual([]);
  expect(inexactCode('/** Math.sin **/ Math.sqrt(x) // x ** 2')).toEqual([]);
});

test.each(sources)('%s uses exact arithmetic only', (name) => {
  expect(inexactCode(readFileSync(new URL(name, folder), 'utf8'))).toEqual([]);
});

test('the renderer gives the same bytes as in earlier versions', () => {
  const hash = createHash('sha256');
  for (const [seed, variety] of appleVarieties.entries()) {
    const good = renderApple({ seed, variety, width: 160, height: 128 });
    hash.update(good.raster.data);
  }
  for (const [seed, defect] of appleDefects.entries()) {
    const odd = renderApple({ seed: 10 + seed, defect, width: 96, height: 128 });
    hash.update(odd.raster.data).update(odd.mask?.data ?? '');
  }
  // Whoever changes the pictures changes this, and measures the figures in the README again.
  expect(hash.digest('hex')).toBe('37b1cfcb5d5b4081070df1577dfcab62f7540804e6d76e2b7f51601e8bbd4ce2');
});
