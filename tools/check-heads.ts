/**
 * Heads are values: no code refers to one by its name. Names of heads appear only in the folders of the heads and in
 * one file of each app, which lists the heads that it offers.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot, trackedFiles } from './repository.ts';
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
  const files = trackedFiles('packages/*/src/**', 'apps/*/src/**');
  const problems = files
    .filter(({ path }) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .filter(({ path }) => !path.startsWith(`${headsFolder}/`) && !offers.test(path))
    .flatMap(({ path, text }) =>
      namedHeads(path, text, names).map(
        (line) => `${path}:${line}: names a head; take the head as a value, or ask what it can do`,
      ),
    );
  for (const problem of problems) console.error(problem);
  return names.length > 0 && files.length > 0 && problems.length === 0;
}
