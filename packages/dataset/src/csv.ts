/**
 * A reader for small CSV tables (RFC 4180): quotes, doubled quotes, line breaks inside quotes, a byte order mark,
 * LF, CRLF or CR. The separator is a comma, semicolon or tab, whichever the header line holds most of, because
 * spreadsheets write by language. Written here rather than taken from a library because rows must keep their line
 * number for messages, and because it is sixty lines.
 */
import { DatasetError } from '@oddpixel/contract';

export interface CsvRow {
  /** Line of the file where the row begins, from 1. */
  readonly line: number;
  /** By column name in lower case; cells that are missing at a row's end are `''`. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/**
 * Reads a table with a header line. Empty lines are skipped; column names lose surrounding space and case.
 *
 * @throws DatasetError for an empty table, equal column names, an open quote, or a row with more cells than columns.
 */
export function parseCsv(text: string, fileName: string): CsvTable {
  const lines = splitRows(text.replace(/^\uFEFF/, ''), fileName);
  const [header, ...body] = lines.filter(({ cells }) => cells.length > 1 || cells[0]?.trim() !== '');
  if (header === undefined) throw new DatasetError({ path: fileName, problems: ['the table is empty'] });
  const columns = header.cells.map((name) => name.trim().toLowerCase());
  const doubled = columns.find((name, index) => columns.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new DatasetError({ path: fileName, problems: [`two columns are named "${doubled}"`] });
  }
  const long = body.filter(({ cells }) => cells.length > columns.length);
  if (long.length > 0) {
    throw new DatasetError({
      path: fileName,
      problems: long.map(
        ({ line, cells }) => `line ${line} has ${cells.length} cells, the header ${columns.length}`,
      ),
      fix: 'Enclose cells that contain the separator in double quotes.',
    });
  }
  const rows = body.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ''])),
  }));
  return { columns, rows };
}

function splitRows(text: string, fileName: string): { line: number; cells: string[] }[] {
  const separator = pickSeparator(text);
  const rows: { line: number; cells: string[] }[] = [];
  let row = { line: 1, cells: [] as string[] };
  let cell = '';
  let line = 1;
  let quoted = false;
  const endRow = (): void => {
    rows.push({ ...row, cells: [...row.cells, cell] });
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const isBreak = character === '\n' || (character === '\r' && text[i + 1] !== '\n');
    if (isBreak) line++;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (character === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (character === separator) {
      row.cells.push(cell);
      cell = '';
    } else if (isBreak) {
      endRow();
      row = { line, cells: [] };
    } else if (character !== '\r') cell += character;
  }
  if (quoted) {
    throw new DatasetError({
      path: fileName,
      problems: [`the row of line ${row.line} has an unclosed quote`],
    });
  }
  endRow();
  return rows;
}

function pickSeparator(text: string): string {
  const header = text.split(/[\r\n]/, 1)[0] ?? '';
  const count = (separator: string): number => header.split(separator).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}
