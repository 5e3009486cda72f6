import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url));

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
