/**
 * Files that the sources and tests of a package name outside of it, by a relative path or below `repositoryRoot`, and
 * that no input of its test task covers. A change of such a file would not run the tests again.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { repositoryRoot, trackedFiles, type SourceFile } from './repository.ts';
import { testTasks } from './test-tasks.ts';

/** As `turbo run --dry-run=json` prints it. */
interface PlannedTask {
  readonly taskId: string;
  readonly directory: string;
  /** Hashes by path, from the package's folder. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
}

export function undeclaredInputs(): string[] {
  const turbo = [join(repositoryRoot, 'tools/turbo.mjs'), 'run', 'test', 'test:pages', '--dry-run=json'];
  const printed = execFileSync(process.execPath, turbo, {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const { tasks } = JSON.parse(printed) as { tasks: readonly PlannedTask[] };
  const planned = new Map(tasks.map((task) => [task.taskId, task]));
  const sources = trackedFiles('*.ts', '*.tsx');
  return testTasks()
    .filter(({ folder }) => folder !== '')
    .flatMap(({ folder, packageName, script }) => {
      const task = planned.get(`${packageName}#${script}`);
      if (task === undefined)
        return [`${folder}/package.json: no script \`${script}\`, but test files for it`];
      const covered = inputsOf(task, planned);
      return sources
        .filter(({ path }) => path.startsWith(`${folder}/`) && isIn(script, path))
        .flatMap((file) => pathsOutside(file, folder).map((path) => ({ file, path })))
        .filter(({ path }) => !covered.some((input) => input === path || input.startsWith(`${path}/`)))
        .map(({ file, path }) => `${file.path}: ${path} is no input of ${packageName}#${script}`);
    });
}

/** A test belongs to one task, whatever else is in the package to both. */
function isIn(script: string, path: string): boolean {
  return !/\.test\.tsx?$/.test(path) || /\.pages\.test\.tsx?$/.test(path) === (script === 'test:pages');
}

/** All files whose change runs the task again, from the root; built ones stand for their `dist` folder. */
function inputsOf(task: PlannedTask, planned: ReadonlyMap<string, PlannedTask>): string[] {
  const seen = new Set<PlannedTask>();
  const visit = (one: PlannedTask): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const id of one.dependencies) {
      const next = planned.get(id);
      if (next !== undefined) visit(next);
    }
  };
  visit(task);
  return [...seen].flatMap(({ taskId, directory, inputs }) => {
    const built = taskId.endsWith('#build') ? [`${directory}/dist/main.js`] : [];
    return [...built, ...Object.keys(inputs).map((path) => fromRoot(join(repositoryRoot, directory, path)))];
  });
}

/** Existing files and folders of the repository that a file's strings name, outside of a folder. */
export function pathsOutside({ path, text }: SourceFile, folder: string): string[] {
  const found = new Set<string>();
  const add = (target: string): void => {
    const named = fromRoot(target);
    if (named !== '' && !`${named}/`.startsWith(`${folder}/`) && !`${folder}/`.startsWith(`${named}/`)) {
      if (!named.startsWith('..') && existsSync(target)) found.add(named);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && node.text.startsWith('../')) {
      add(resolve(repositoryRoot, dirname(path), node.text));
    }
    if (ts.isCallExpression(node) && node.arguments[0]?.getText() === 'repositoryRoot') {
      const names = node.arguments.slice(1);
      const known = names.findIndex((name) => !ts.isStringLiteralLike(name));
      const literals = (known < 0 ? names : names.slice(0, known)) as ts.StringLiteralLike[];
      add(join(repositoryRoot, ...literals.map((name) => name.text)));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return [...found];
}

function fromRoot(path: string): string {
  return relative(repositoryRoot, path).replaceAll(sep, '/').replace(/\/$/, '');
}
