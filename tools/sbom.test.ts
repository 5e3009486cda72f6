import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { publishedPackages, repositoryRoot } from './repository.ts';
import { makeBillOfMaterials, nameOf, problemsOf, type BillOfMaterials } from './sbom.ts';

const windows = process.platform === 'win32';
const hasPnpm = spawnSync('pnpm', ['--version'], { shell: windows }).status === 0;

interface Listed {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, Dependency>>;
}
interface Dependency extends Listed {
  readonly version: string;
  readonly path: string;
}

/** `name@version` of everything below the released packages, from `pnpm list`. */
function productionDependencies(): Set<string> {
  const args = ['list', '--recursive', '--prod', '--depth=Infinity', '--json'];
  const options = { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 1e8, shell: windows } as const;
  const projects = JSON.parse(spawnSync('pnpm', args, options).stdout) as Listed[];
  // A dependency of several packages is listed in full only where it comes first, be that in a private package.
  const inFull = new Map<string, Listed['dependencies']>();
  const index = ({ dependencies = {} }: Listed): void => {
    for (const dependency of Object.values(dependencies)) {
      if (dependency.dependencies !== undefined) inFull.set(dependency.path, dependency.dependencies);
      index(dependency);
    }
  };
  for (const project of projects) index(project);
  const ours = new Set(publishedPackages().map(({ name }) => name));
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (dependencies: Listed['dependencies'] = {}): void => {
    for (const [name, { version, path }] of Object.entries(dependencies)) {
      if (!version.startsWith('link:')) found.add(`${name}@${version}`);
      if (seen.has(path)) continue;
      seen.add(path);
      visit(inFull.get(path));
    }
  };
  for (const project of projects) if (ours.has(project.name ?? '')) visit(project.dependencies);
  return found;
}

/** Hexadecimal, as CycloneDX wants it. */
function hashInLockfile(lockfile: string, id: string): string {
  const escaped = id.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const entry = new RegExp(`^  '?${escaped}'?:\\n    resolution: \\{integrity: sha512-([^,}]+)`, 'm');
  return Buffer.from(entry.exec(lockfile)?.[1] ?? '', 'base64').toString('hex');
}

describe.skipIf(!hasPnpm)('the bill of materials (skipped if pnpm is not on the path)', () => {
  let bill: BillOfMaterials;
  beforeAll(() => {
    bill = makeBillOfMaterials();
  });

  test('is CycloneDX and complete', () => {
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(problemsOf(bill)).toEqual([]);
  });

  test('holds every production dependency, with the hash of the lockfile', () => {
    const lockfile = readFileSync(join(repositoryRoot, 'pnpm-lock.yaml'), 'utf8');
    const components = new Map(bill.components.map((one) => [`${nameOf(one)}@${one.version}`, one]));
    const needed = productionDependencies();
    expect(needed.size).toBeGreaterThan(10);
    const lacking = [...needed].filter((id) => {
      const hashes =
        components.get(id)?.externalReferences?.flatMap((reference) => reference.hashes ?? []) ?? [];
      const expected = hashInLockfile(lockfile, id);
      return !hashes.some(({ alg, content }) => alg === 'SHA-512' && content === expected);
    });
    expect(lacking).toEqual([]);
    expect([...needed]).toContain(
      '@img/sharp-win32-x64@' + (bill.components.find((one) => nameOf(one) === 'sharp')?.version ?? ''),
    );
  });

  test('is the same each time, and names what lacks a licence, a hash or is missing', () => {
    expect(JSON.stringify(makeBillOfMaterials())).toBe(JSON.stringify(bill));
    const [first, ...others] = bill.components.filter((one) => nameOf(one) === 'sharp');
    expect(others).toEqual([]);
    const without = bill.components.filter((one) => one !== first);
    expect(problemsOf({ ...bill, components: without })).toContain('sharp: missing');
    const bare = { name: 'sharp', version: '1.0.0', 'bom-ref': 'pkg:npm/sharp@1.0.0' };
    expect(problemsOf({ ...bill, components: [...without, bare] })).toEqual([
      'sharp 1.0.0: no licence',
      'sharp 1.0.0: no integrity hash',
    ]);
  });
});
