/** The table of docs/parity.md, which only the measurement writes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@oddpixel/testing';
import type { Machine } from '../shared/machine.ts';
import type { Difference } from './compare.ts';
import type { Parity, ParityRow } from './measure.ts';
import { runtimeNames } from './runtimes.ts';

export const parityPage: string = join(repositoryRoot, 'docs/parity.md');

const begin = '<!-- written by `pnpm bench parity --write` -->';
const end = '<!-- end -->';

/** @throws Error if a runtime was skipped, or the page has lost its marks. */
export async function writeTable(parity: Parity, machine: Machine): Promise<void> {
  const missing = parity.skipped.map(({ runtime }) => runtime);
  if (missing.length > 0) throw new Error(`--write: expected all runtimes, skipped: ${missing.join(', ')}`);
  const page = await readFile(parityPage, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/parity.md: expected \`${begin}\` and \`${end}\``);
  const text = `${page.slice(0, from + begin.length)}\n\n${tableOf(parity, machine)}\n\n${page.slice(to)}`;
  await writeFile(parityPage, text);
}

function tableOf({ rows, chromium, nearestToThreshold }: Parity, machine: Machine): string {
  const head = ['image', 'pixels', ...runtimeNames, 'verdict'];
  const cells = rows.map((row) => [
    row.name,
    pixelsOf(row),
    ...runtimeNames.map((runtime) => valuesOf(row.differences[runtime])),
    verdictOf(row),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const differences = rows.flatMap((row) => Object.values(row.differences));
  const worst = (of: (difference: Difference) => number): string =>
    number(Math.max(...differences.filter(({ pixels }) => pixels === 0).map(of)));
  return [
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    '',
    `Largest where pixels are equal: scores ${worst(({ score }) => score)}, maps ${worst(({ map }) => map)}. The nearest score is ${number(nearestToThreshold)} from the threshold.`,
    '',
    `Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}, Chromium ${chromium}; ${machine.platform}.`,
  ].join('\n');
}

/** The largest of all runtimes. */
function pixelsOf({ differences }: ParityRow): string {
  const all = Object.values(differences).map(({ pixels }) => pixels);
  return all.includes(null) ? 'another form' : number(Math.max(...all.map(Number)));
}

function valuesOf(difference: Difference | undefined): string {
  return difference === undefined ? '–' : `${number(difference.score)} / ${number(difference.map)}`;
}

function verdictOf({ verdict, differences }: ParityRow): string {
  const isEqual = Object.values(differences).every(({ isVerdictEqual }) => isVerdictEqual);
  return isEqual ? `${verdict}, equal` : `${verdict}, differs`;
}

/** Two digits; 0 only if it is 0. */
function number(value: number): string {
  return value === 0 || (value >= 0.01 && Number.isFinite(value))
    ? String(Number(value.toPrecision(2)))
    : value.toExponential(1);
}
