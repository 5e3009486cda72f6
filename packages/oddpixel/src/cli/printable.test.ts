import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from './printable.ts';

const actedOn = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test('control characters are shown as escapes, on one line', () => {
  expect(printable('a\nok  0.1\r\t.png')).toBe('a\\nok  0.1\\r\\t.png');
  expect(printable('\x1b[31mred\x07\x9b2J\x7f')).toBe('\\x1b[31mred\\x07\\x9b2J\\x7f');
  expect(printable('gnp.\u202ekcatta\u2028x')).toBe('gnp.\\u{202e}kcatta\\u{2028}x');
  expect(printable('\ud800x')).toBe('\\u{d800}x');
});

test('names in any script stay unchanged', () => {
  for (const name of ['Prüfling 7.png', '部品/良.png', 'نمونه‌ها.png', '👩‍🔧.png', 'C:\\parts\\new.png']) {
    expect(printable(name)).toBe(name);
  }
});

test('no text gives more than one line or a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(actedOn);
    }),
  );
});

test('escaped JSON keeps its meaning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(JSON.stringify({ text }, undefined, 2));
      expect(JSON.parse(json)).toEqual({ text });
      expect(json.replaceAll('\n', '')).not.toMatch(actedOn);
    }),
  );
});

test('nothing but the modules that make text printable writes to the terminal', async () => {
  const files = await readdir(import.meta.dirname, { recursive: true });
  const writers = [];
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const text = await readFile(join(import.meta.dirname, file), 'utf8');
    if (/(stdout|stderr)\.write|console\./.test(text)) writers.push(file);
  }
  expect(writers.sort()).toEqual(['output.ts', 'progress.ts']);
});
