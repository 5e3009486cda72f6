import { DatasetError } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

const rows = (text: string): Record<string, string>[] =>
  parseCsv(text, 't.csv').rows.map(({ cells }) => ({ ...cells }));

describe('parseCsv', () => {
  test('reads tables written by spreadsheets', () => {
    const expected = [
      { image: 'a.png', label: 'good' },
      { image: 'b,c "d".png', label: 'two\nlines' },
    ];
    expect(rows('image,label\na.png,good\n"b,c ""d"".png","two\nlines"\n')).toEqual(expected);
    expect(rows('\uFEFFimage,label\r\na.png,good\r\n"b,c ""d"".png","two\nlines"')).toEqual(expected);
    expect(rows('Image ; LABEL\na.png;good')).toEqual([{ image: 'a.png', label: 'good' }]);
    expect(rows('image\tlabel\ra.png\tgood\r')).toEqual([{ image: 'a.png', label: 'good' }]);
  });

  test('skips empty lines, fills short rows and keeps line numbers', () => {
    const table = parseCsv('\nimage,label\n\n"a\nb",x\nc\n', 't.csv');
    expect(table.rows).toEqual([
      { line: 4, cells: { image: 'a\nb', label: 'x' } },
      { line: 6, cells: { image: 'c', label: '' } },
    ]);
  });

  test.each([
    ['', /empty/],
    ['\n \n', /empty/],
    ['a,b,a\n', /two columns are named "a"/],
    ['a,b\n1,2,3\n4,5,6,7', /line 2 has 3 cells, the header 2; line 3 has 4/],
    ['a,b\n1,"2\n3', /line 2 has an unclosed quote/],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsv(text, 't.csv')).toThrow(DatasetError);
    expect(() => parseCsv(text, 't.csv')).toThrow(message);
  });

  test('restores any written text', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r', ' ', '\t', '\\') });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 });
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom(',', ';', '\t'),
        (body, eol, sep) => {
          const text = [`x${sep}y`, ...body.map((row) => row.map(quote).join(sep))].join(eol);
          const expected = body.map(([x, y]) => ({ x, y }));
          expect(rows(text)).toEqual(expected);
        },
      ),
    );
  });

  test('throws only DatasetError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\uFEFF') }), (text) => {
        try {
          parseCsv(text, 't.csv');
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
