/**
 * `tsx tools/sbom.ts FILE`: the software bill of materials of everything that is released, as CycloneDX JSON, made by
 * pnpm from the lockfile. `pnpm check sbom` only checks that it is complete. Without the time and the random number
 * that pnpm puts in, so that the same lockfile gives the same bytes on the same platform.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { publishedPackages, repositoryRoot } from './repository.ts';

export interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly 'bom-ref': string;
  readonly licenses?: readonly unknown[];
  readonly externalReferences?: readonly {
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
}

export interface BillOfMaterials {
  readonly bomFormat: string;
  readonly components: readonly Component[];
}

interface FullBill extends BillOfMaterials {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export function makeBillOfMaterials(): BillOfMaterials {
  const installed = askPnpm([]);
  // What is built for other platforms is in the lockfile, but not installed here, so that pnpm knows no licence.
  const locked = askPnpm(['--lockfile-only']);
  const known = new Set(installed.components.map(idOf));
  const others = locked.components
    .filter((component) => !known.has(idOf(component)))
    .map((component) => ({ ...component, licenses: licencesOf(component) }));
  const components = [...installed.components, ...others];
  return {
    ...locked,
    metadata: omit(locked.metadata, 'timestamp'),
    components: components.sort((a, b) => compare(idOf(a), idOf(b))),
    dependencies: dependenciesOf(locked),
  } as BillOfMaterials;
}

/** What depends on what. pnpm attributes a dependency of ours now to the workspace, now to the package, so it is stated here. */
function dependenciesOf({ components, dependencies = [] }: FullBill): unknown[] {
  const refs = new Map(components.map((component) => [nameOf(component), component['bom-ref']]));
  const known = (names: readonly string[]): string[] => names.flatMap((name) => refs.get(name) ?? []);
  const packages = publishedPackages();
  const ours = new Map(
    packages.map(({ name, dependencies: own }) => [refs.get(name), known(Object.keys(own))]),
  );
  const root = known(packages.map(({ name }) => name));
  return dependencies
    .map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn: (ours.get(ref) ?? (isWorkspace(ref) ? root : [...dependsOn])).sort(compare),
    }))
    .sort((a, b) => compare(a.ref, b.ref));
}

function isWorkspace(ref: string): boolean {
  return ref.startsWith('pkg:npm/oddpixel-workspace@');
}

function askPnpm(options: readonly string[]): FullBill {
  const filters = publishedPackages().map(({ name }) => `--filter=${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'oddpixel-sbom-'));
  const out = join(folder, 'sbom.json');
  try {
    // To a file: standard output has other lines around it.
    const args = [...filters, 'sbom', '--sbom-format=cyclonedx', '--prod', `--out=${out}`, ...options];
    execFileSync('pnpm', args, { cwd: repositoryRoot, shell: process.platform === 'win32' });
    return omit(JSON.parse(readFileSync(out, 'utf8')) as FullBill & { serialNumber: string }, 'serialNumber');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As the manifests of these packages state them. One that is not listed is a problem, see `problemsOf`. */
const platformLicences: readonly (readonly [name: RegExp, licence: string])[] = [
  [/^@img\/sharp-libvips-/, 'LGPL-3.0-or-later'],
  [/^@img\/sharp-win32-/, 'Apache-2.0 AND LGPL-3.0-or-later'],
  [/^@img\/sharp-wasm32$/, 'Apache-2.0 AND LGPL-3.0-or-later AND MIT'],
  [/^@img\/sharp-(darwin|linux|linuxmusl)-/, 'Apache-2.0'],
  [/^@img\/sharp-(freebsd|webcontainers)-wasm32$/, 'Apache-2.0'],
  [/^@emnapi\/runtime$/, 'MIT'],
  [/^tslib$/, '0BSD'],
];

function licencesOf(component: Component): readonly unknown[] {
  const found = platformLicences.find(([name]) => name.test(nameOf(component)));
  return found === undefined ? [] : [{ expression: found[1] }];
}

function idOf(component: Component): string {
  return `${nameOf(component)}@${component.version}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function omit<T extends object, K extends string>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}

export function nameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}

/** The problems: dependencies, as the lockfile names them, that are missing or lack a licence or hash. */
export function problemsOf({ components }: BillOfMaterials): string[] {
  const ours = new Set(publishedPackages().map(({ name }) => name));
  const byName = new Set(components.map(nameOf));
  const missing = publishedPackages()
    .flatMap(({ dependencies }) => Object.keys(dependencies))
    .filter((name) => !ours.has(name) && !byName.has(name));
  const incomplete = components
    .filter((component) => !ours.has(nameOf(component)))
    .flatMap((component) => {
      const label = `${nameOf(component)} ${component.version}`;
      const hasHash = component.externalReferences?.some(({ hashes = [] }) => hashes.length > 0) === true;
      return [
        ...((component.licenses ?? []).length > 0 ? [] : [`${label}: no licence`]),
        ...(hasHash ? [] : [`${label}: no integrity hash`]),
      ];
    });
  return [...missing.map((name) => `${name}: missing`), ...incomplete];
}

export function checkSbom(): boolean {
  const bill = makeBillOfMaterials();
  const problems = problemsOf(bill);
  for (const problem of problems) console.error(problem);
  console.log(`sbom: ${bill.components.length} components`);
  return problems.length === 0;
}

const [, script, file] = process.argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  if (file === undefined) {
    console.error('Expected the file to write: tsx tools/sbom.ts sbom.cdx.json');
    process.exit(2);
  }
  const bill = makeBillOfMaterials();
  const problems = problemsOf(bill);
  if (problems.length > 0) {
    for (const problem of problems) console.error(problem);
    process.exit(1);
  }
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
}
