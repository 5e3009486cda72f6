/**
 * The public surface of each package, as a file in `api/` that a reviewer reads: one for each entry of `exports` but
 * `./unstable`. `pnpm api` writes them from the built types; `pnpm check api` reports what changed, and refuses examples
 * and documents that use `./unstable`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { publishedPackages, repositoryRoot, trackedFiles, type SourceFile } from './repository.ts';

const folder = join(repositoryRoot, 'api');
const temporary = join(repositoryRoot, 'node_modules', '.cache', 'api');

interface Entry {
  readonly packageFolder: string;
  /** Base name of the report, without `.api.md`. */
  readonly name: string;
  readonly types: string;
}

function stableEntries(): Entry[] {
  return publishedPackages().flatMap(({ folder: packageFolder }) => {
    const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
    };
    return Object.entries(exports).flatMap(([key, target]) =>
      typeof target === 'string' || target.types === undefined || key === './unstable'
        ? []
        : [{ packageFolder, name: reportName(packageFolder, key), types: join(packageFolder, target.types) }],
    );
  });
}

const reportName = (packageFolder: string, key: string): string =>
  [basename(packageFolder), ...key.split('/').slice(1)].join('-');

function configOf({ packageFolder, name, types }: Entry, files: readonly string[]): ExtractorConfig {
  const silent = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: temporary,
        reportTempFolder: join(temporary, 'fresh'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            module: 'esnext',
            moduleResolution: 'bundler',
            lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
            types: ['node'],
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
          files,
        },
      },
      messages: {
        compilerMessageReporting: silent,
        tsdocMessageReporting: silent,
        extractorMessageReporting: {
          ...silent,
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(packageFolder, 'package.json'),
  });
}

interface ApiReports {
  /** The report of every entry, by file name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Types that a public signature names and no entry of their package exports. */
  readonly hidden: readonly string[];
}

/** Needs the built packages. */
function apiReports(): ApiReports {
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const entries = stableEntries();
  const files = entries.map(({ types }) => types);
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`not built: ${missing.join(', ')}. Run \`pnpm build\` first.`);
  const configs = entries.map((entry) => configOf(entry, files));
  const [first] = configs;
  if (first === undefined) throw new Error('no package has a public entry');
  const compilerState = CompilerState.create(first, { additionalEntryPoints: files });
  const named: { readonly packageName: string; readonly type: string }[] = [];
  for (const config of configs) {
    Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: (message) => {
        message.handled = true;
        const type = message.messageId === 'ae-forgotten-export' && /"([A-Z]\w*)"/.exec(message.text)?.[1];
        if (type) named.push({ packageName: basename(config.projectFolder), type });
      },
    });
  }
  const texts = readReports(temporary);
  const hidden = named.filter(({ packageName, type }) => !exportsType(texts, packageName, type));
  return {
    texts,
    hidden: [...new Set(hidden.map(({ packageName, type }) => `${packageName}: ${type}`))].toSorted(),
  };
}

const exportsType = (texts: ReadonlyMap<string, string>, packageName: string, type: string): boolean =>
  [...texts].some(
    ([name, text]) =>
      name.startsWith(packageName) &&
      new RegExp(`^export (abstract )?(class|const|interface|type) ${type}\\b`, 'm').test(text),
  );

function readReports(from: string): Map<string, string> {
  const names = existsSync(from) ? readdirSync(from).filter((name) => name.endsWith('.api.md')) : [];
  return new Map(names.map((name) => [name, readFileSync(join(from, name), 'utf8')]));
}

/** Lines, from 1, that import from an entry that may change with any version. */
export function unstableImports({ text }: SourceFile): number[] {
  return text
    .split('\n')
    .flatMap((line, i) => (/from '@oddpixel\/[a-z-]+\/unstable'/.test(line) ? [i + 1] : []));
}

/** What differs between the committed reports and those of the built packages, a line for each. */
export function apiProblems(
  committed: ReadonlyMap<string, string>,
  built: ReadonlyMap<string, string>,
): string[] {
  const names = [...new Set([...committed.keys(), ...built.keys()])].toSorted();
  return names.flatMap((name) => {
    const [before, now] = [committed.get(name), built.get(name)];
    if (before === now) return [];
    const what = before === undefined ? 'is new' : now === undefined ? 'has no entry any more' : 'changed';
    return [`api/${name} ${what}: run \`pnpm api\`, and look at the difference before you commit it`];
  });
}

export function checkApi(): boolean {
  const shown = trackedFiles(
    'examples',
    'docs',
    'README.md',
    'packages/*/README.md',
    'apps/*/README.md',
  ).flatMap((file) =>
    unstableImports(file).map((line) => `${file.path}:${line}: shows \`./unstable\`; use the public surface`),
  );
  const { texts, hidden } = apiReports();
  const problems = [
    ...apiProblems(readReports(folder), texts),
    ...hidden.map((type) => `${type} stands in the public surface, but no entry exports it`),
    ...shown,
  ];
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

function writeReports(): void {
  const { texts } = apiReports();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  console.log(`api: ${texts.size} reports written`);
}

if (process.argv[1] === import.meta.filename) writeReports();
