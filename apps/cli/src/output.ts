/** What goes to stdout: a table for people, or one JSON document for machines. */

/** Prints one JSON document. Numbers that JSON cannot hold become null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints rows under headings, columns aligned; numbers to the right. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)));
  const widths = headings.map((heading, c) =>
    Math.max(heading.length, ...text.map((row) => row[c]?.length ?? 0)),
  );
  const line = (cells: readonly string[], numeric: (c: number) => boolean): string =>
    cells
      .map((cell, c) => (numeric(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join('  ')
      .trimEnd();
  const isNumeric = (c: number): boolean => rows.every((row) => typeof row[c] === 'number');
  process.stdout.write(`${line(headings, isNumeric)}\n`);
  for (const row of text) process.stdout.write(`${line(row, isNumeric)}\n`);
}

/** `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Four significant digits, whole numbers as they are. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
