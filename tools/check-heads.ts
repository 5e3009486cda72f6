/**
 * Heads are values: no code asks for one by its name. Names of heads stand in the folders of the heads and in one file
 * of each app that says which heads it offers.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from './repository.ts';

const headsFolder = 'packages/model-core/src/heads';
const offers = /^apps\/[^/]+\/src\/heads\.ts$/;

/** The heads that come with the product. */
export function headNames(): string[] {
  const entries = readdirSync(join(repositoryRoot, headsFolder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Lines, from 1, with a string that is the name of a head. */
export function namedHeads(fileName: string, text: string, names: readonly string[]): number[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && names.includes(node.text)) {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

export function checkHeads(): boolean {
  const names = headNames();
  const tracked = execFileSync('git', ['ls-files', '-z', 'packages/*/src', 'apps/*/src'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  const files = tracked
    .split('\0')
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\//.test(path))
    .filter((path) => !path.startsWith(`${headsFolder}/`) && !offers.test(path))
    .filter((path) => existsSync(join(repositoryRoot, path)));
  const problems = files.flatMap((path) =>
    namedHeads(path, readFileSync(join(repositoryRoot, path), 'utf8'), names).map(
      (line) => `${path}:${line}: names a head; take the head as a value, or ask what it can do`,
    ),
  );
  for (const problem of problems) console.error(problem);
  return names.length > 0 && problems.length === 0;
}
