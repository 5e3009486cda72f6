/** What goes to stdout: a table for people, or JSON for machines. Everything is made printable here. */
import { printable, printableJson } from './printable.ts';

/** Prints lines; what is in one of them cannot begin another. */
export function printLines(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints one JSON document. Numbers that JSON cannot hold become null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** Prints one JSON document on one line. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}

/** Prints a failure to stderr, one line or several. */
export function printError(...lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints rows under headings, columns aligned; numbers to the right. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const text = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : printable(cell))),
  );
  const widths = headings.map((heading, c) =>
    Math.max(heading.length, ...text.map((row) => row[c]?.length ?? 0)),
  );
  const line = (cells: readonly string[], numeric: (c: number) => boolean): string =>
    cells
      .map((cell, c) => (numeric(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join('  ')
      .trimEnd();
  const isNumeric = (c: number): boolean => rows.every((row) => typeof row[c] === 'number');
  printLines(line(headings, isNumeric), ...text.map((row) => line(row, isNumeric)));
}

/** `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Four significant digits, whole numbers as they are. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
