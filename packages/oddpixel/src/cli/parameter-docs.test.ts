/** The tables in docs/parameters.md are made from the schemas. `ODDPIXEL_WRITE_DOCS=1` rewrites them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { markdownTable, parameterTables } from '../../test/parameter-tables.ts';

test.each(Object.entries(parameterTables))(
  'docs/parameters.md lists the %s parameters as their schemas have them',
  async (name, table) => {
    const [begin, end] = [`<!-- ${name} parameters -->`, `<!-- /${name} parameters -->`];
    const path = join(repositoryRoot, 'docs/parameters.md');
    const text = await readFile(path, 'utf8');
    const [before, rest] = text.split(begin) as [string, string];
    const [, after] = rest.split(end) as [string, string];
    const rows = await format(markdownTable(table), {
      parser: 'markdown',
      printWidth: 110,
      proseWrap: 'preserve',
    });
    const expected = `${before}${begin}\n\n${rows}\n${end}${after}`;
    if (process.env['ODDPIXEL_WRITE_DOCS'] === '1') await writeFile(path, expected);
    expect(await readFile(path, 'utf8')).toBe(expected);
  },
);
