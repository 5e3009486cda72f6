/**
 * Heads are values: no code refers to one by its name. Names of heads appear only in the folders of the heads and in
 * one file of each app, which lists the heads that it offers.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { hasNone, productSources, repositoryRoot, type SourceFile } from './repository.ts';
import { syntaxLines } from './syntax-lines.ts';

const headsFolder = 'packages/model-core/src/heads';
const offers = /^(apps\/[^/]+\/src|packages\/oddpixel\/src\/cli)\/heads\.ts$/;

/** The heads that come with the product. */
export function headNames(): string[] {
  const entries = readdirSync(join(repositoryRoot, headsFolder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Lines, from 1, with a string that is the name of a head. */
export function namedHeads(fileName: string, text: string, names: readonly string[]): number[] {
  return syntaxLines(fileName, text, (node) => ts.isStringLiteralLike(node) && names.includes(node.text));
}

export function checkHeads(): boolean {
  const names = headNames();
  const files = productSources().filter(
    ({ path }) => !path.startsWith(`${headsFolder}/`) && !offers.test(path),
  );
  const linesOf = ({ path, text }: SourceFile): number[] => namedHeads(path, text, names);
  const problem = 'names a head; take the head as a value, or ask what it can do';
  return names.length > 0 && hasNone(files, linesOf, problem);
}
