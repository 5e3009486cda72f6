import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The paths that git tracks and that are there, by git's patterns. */
export function trackedPaths(...patterns: readonly string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', ...patterns], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
}

/** The same files, read. */
export function trackedFiles(...patterns: readonly string[]): SourceFile[] {
  return trackedPaths(...patterns).map((path) => ({
    path,
    text: readFileSync(join(repositoryRoot, path), 'utf8'),
  }));
}

/** The TypeScript of packages and apps, without tests. */
export function productSources(): SourceFile[] {
  return trackedFiles('packages/*/src/**', 'apps/*/src/**').filter(
    ({ path }) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path),
  );
}

/** Prints `path:line: problem` for every line that `linesOf` finds. Looking at no file at all is a failure, too. */
export function hasNone(
  files: readonly SourceFile[],
  linesOf: (file: SourceFile) => readonly number[],
  problem: string,
): boolean {
  const found = files.flatMap((file) => linesOf(file).map((line) => `${file.path}:${line}: ${problem}`));
  for (const place of found) console.error(place);
  return files.length > 0 && found.length === 0;
}

export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Every package that is released, by its manifest. */
export function publishedPackages(): PublishedPackage[] {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(repositoryRoot, parent))
      .map((name) => join(repositoryRoot, parent, name))
      .filter((folder) => existsSync(join(folder, 'package.json')))
      .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
      .filter(({ manifest }) => manifest.private !== true)
      .map(({ folder, manifest }) => ({
        name: manifest.name,
        folder,
        dependencies: manifest.dependencies ?? {},
      })),
  );
}
