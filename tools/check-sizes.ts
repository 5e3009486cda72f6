/**
 * What a page loads: bundles entry points from the built packages, minified, and limits the size of what arrives
 * before anything is requested. Not counted: the engine, weights, and what is imported when it is needed (TIFF, PNG
 * writing), because an inspection of a photo or a camera loads none of them.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'tsup';
import { repositoryRoot } from './repository.ts';

interface Entry {
  /** Largest size in kB (1,000 bytes) after gzip. Raise one only with a reason in the same commit. */
  readonly limitKb: number;
  /** What the page imports, by the built file under `packages`. Empty: the file itself runs. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

const entries: Readonly<Record<string, Entry>> = {
  'read and run a model': {
    limitKb: 37,
    imports: {
      'model-core/dist/index.js': ['readModel', 'loadModel'],
      'preprocess/dist/index.js': ['preprocessRaster', 'preprocessParamsFromModel'],
    },
  },
  'inspect pictures': {
    limitKb: 60,
    imports: {
      'runtime-web/dist/index.js': ['webgpu', 'wasm', 'rasterFrom'],
      'contract/dist/index.js': ['selectBackend'],
      'model-core/dist/index.js': ['readModel'],
      'workflow/dist/index.js': ['createInspector'],
    },
  },
  'inspect a camera in a worker': {
    limitKb: 46,
    imports: {
      'runtime-web/dist/index.js': ['inWorker', 'openCamera', 'toImageData'],
      'contract/dist/index.js': ['selectBackend'],
      'model-core/dist/index.js': ['readModel'],
      'workflow/dist/index.js': ['createInspector'],
      'eval/dist/index.js': ['renderMap'],
    },
  },
  'the worker': { limitKb: 32, imports: { 'runtime-web/dist/worker.js': [] } },
};

/** As the bundler's report has it. */
interface Metafile {
  readonly outputs: Readonly<Record<string, Output>>;
}

interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

export async function checkSizes(): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), 'oddpixel-sizes-'));
  try {
    const results: boolean[] = [];
    for (const [index, [name, entry]] of Object.entries(entries).entries()) {
      results.push(await checkEntry(name, entry, join(work, String(index))));
    }
    return results.every(Boolean);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function checkEntry(name: string, { limitKb, imports }: Entry, folder: string): Promise<boolean> {
  const files = await bundle(imports, folder);
  const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  const fits = bytes <= limitKb * 1000;
  console.log(`${name}: ${kb(bytes)} kB gzip (limit ${limitKb})${fits ? '' : ', TOO LARGE'}`);
  const parts = new Map<string, number>();
  for (const { inputs } of files) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(path);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 6);
  console.log(`  before gzip: ${largest.map(([part, size]) => `${part} ${kb(size)}`).join(', ')}`);
  return fits;
}

interface LoadedFile {
  readonly text: Buffer;
  readonly inputs: Output['inputs'];
}

/** The files that the entry loads immediately. */
async function bundle(imports: Entry['imports'], folder: string): Promise<LoadedFile[]> {
  const source = join(folder, 'entry.ts');
  const lines = Object.entries(imports).map(([file, names]) => {
    const from = JSON.stringify(join(repositoryRoot, 'packages', file));
    return names.length === 0 ? `import ${from};` : `export { ${names.join(', ')} } from ${from};`;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(source, lines.join('\n'));
  const out = join(folder, 'out');
  await build({
    config: false,
    silent: true,
    entry: [source],
    outDir: out,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    splitting: true,
    metafile: true,
    noExternal: [/.*/],
    esbuildOptions(options) {
      options.external = ['onnxruntime-web'];
      options.logLevel = 'error';
      // Else the workspace's tsconfig would have the sources bundled.
      options.conditions = ['browser', 'import'];
    },
  });
  const { outputs } = JSON.parse(readFileSync(join(out, 'metafile-esm.json'), 'utf8')) as Metafile;
  const found = new Map<string, LoadedFile>();
  const add = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || found.has(path)) return;
    found.set(path, { text: readFileSync(resolve(path)), inputs: output.inputs });
    for (const { path: next, kind, external } of output.imports) {
      if (kind === 'import-statement' && external !== true) add(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint !== undefined && resolve(entryPoint) === source) add(path);
  }
  if (found.size === 0) throw new Error(`the bundler wrote no file for ${source}`);
  return [...found.values()];
}

/** The package that a file belongs to. */
function partOf(path: string): string {
  const outside = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  return outside ?? /packages\/([^/]+)\//.exec(path)?.[1] ?? 'entry';
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
