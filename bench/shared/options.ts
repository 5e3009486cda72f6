/** Options of the scripts: `--name value`, all known by name. */
import { parseArgs } from 'node:util';

/** Texts by name; `undefined` if not given. @throws TypeError for an unknown option. */
export function readOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  return values as Partial<Record<Name, string>>;
}

/** @throws TypeError for what is not a whole number from 1. */
export function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`--${name}: expected a whole number from 1, received \`${text}\``);
}

/** `--sizes tiny`: small enough for a test or a GPU in software. @throws TypeError for another word than `tiny`, `full`. */
export function isTinySize(text: string | undefined): boolean {
  if (text === undefined || text === 'full') return false;
  if (text === 'tiny') return true;
  throw new TypeError(`--sizes: expected \`tiny\` or \`full\`, received \`${text}\``);
}
