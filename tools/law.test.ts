import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishedPackages, repositoryRoot } from './repository.ts';

interface Room {
  readonly imports: readonly string[] | 'anything';
  readonly what: string;
}

const { law } = createRequire(import.meta.url)('./law.cjs') as { law: Readonly<Record<string, Room>> };

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('docs/architecture.md shows the law that is enforced', async () => {
  const text = await readFile(join(repositoryRoot, 'docs/architecture.md'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(cells);
  const shown = rows.filter(([room]) => !room?.startsWith('`apps/'));
  const expected = Object.entries(law).map(([room, { imports, what }]) => [
    `\`${room}\``,
    what,
    imports === 'anything' ? imports : imports.join(', ') || 'nothing',
  ]);
  expect(shown).toEqual(expected);
});

test('every package has its place in the law', () => {
  const rooms = publishedPackages().map(({ name }) => name.replace('@oddpixel/', ''));
  expect(Object.keys(law).toSorted()).toEqual(rooms.toSorted());
});

test('the law has no cycle', () => {
  const order = Object.keys(law);
  for (const [room, { imports }] of Object.entries(law)) {
    for (const imported of imports === 'anything' ? [] : imports)
      expect(order.indexOf(imported)).toBeLessThan(order.indexOf(room));
  }
});
