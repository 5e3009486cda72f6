/** The table of training parameters in docs/parameters.md is what the schemas say. `ODDPIXEL_WRITE_DOCS=1` writes it anew. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { describeRange, type ParameterSchema } from '@oddpixel/contract';
import { trainParameters } from '@oddpixel/model-core/train';
import { repositoryRoot } from '@oddpixel/testing';
import { flagOf } from './flag-names.ts';
import { heads } from './heads.ts';

const [begin, end] = ['<!-- training parameters -->', '<!-- /training parameters -->'];

function rows(schema: ParameterSchema, head: string): string[] {
  return Object.entries(schema).map(([name, parameter]) => {
    const range = describeRange(parameter).replaceAll("'", '`');
    const halcon = parameter.halcon === undefined ? '' : `\`${parameter.halcon}\``;
    const cells = [
      `\`${name}\` [\`${flagOf(name)}\`]`,
      head,
      parameter.default,
      range,
      parameter.about,
      halcon,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

async function table(): Promise<string> {
  const text = [
    '| name | head | default | range | what it does | HALCON |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows(trainParameters, 'all'),
    ...Object.entries(heads).flatMap(([head, { parameters }]) => rows(parameters, `\`${head}\``)),
  ].join('\n');
  return format(text, { parser: 'markdown', printWidth: 110, proseWrap: 'preserve' });
}

test('docs/parameters.md lists the training parameters as their schemas have them', async () => {
  const path = join(repositoryRoot, 'docs/parameters.md');
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(begin) as [string, string];
  const [, after] = rest.split(end) as [string, string];
  const expected = `${before}${begin}\n\n${await table()}\n${end}${after}`;
  if (process.env['ODDPIXEL_WRITE_DOCS'] === '1') await writeFile(path, expected);
  expect(await readFile(path, 'utf8')).toBe(expected);
});
