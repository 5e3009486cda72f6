import { execFileSync, fork } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fetchBackbone, type PublishedBackbone } from '../index.ts';
import { isSample, sample, sampleSha256 } from '../../test/sample-file.ts';
import { serve, type TestServer } from '../../test/serve.ts';
import { diskCache } from './index.ts';

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => server.close());

async function published(answer: Parameters<typeof serve>[0]): Promise<PublishedBackbone> {
  server = await serve(answer);
  return { url: `${server.url}/backbone.onnx`, sha256: sampleSha256 };
}
const whole: Parameters<typeof serve>[0] = (_request, response) => void response.end(sample);
const filesIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);

describe('the cache on disk', () => {
  test('is created on demand, and the second time serves the file without a network', async () => {
    const cache = diskCache({ folder: join(folder, 'new/deep') });
    const backbone = await published(whole);
    expect(isSample(await fetchBackbone(backbone, { cache }))).toBe(true);
    await server.close();
    const told: unknown[] = [];
    const options = {
      cache,
      onProgress: (p: unknown) => told.push(p),
      onWarning: (w: unknown) => told.push(w),
    };
    expect(isSample(await fetchBackbone(backbone, options))).toBe(true);
    expect(told).toEqual([]);
    expect(await readdir(cache.folder)).toEqual([`${sampleSha256}.onnx`]);
    server = await serve(whole);
  });

  test('takes a file put there by hand, as the message without a network advises', async () => {
    const cache = diskCache({ folder: join(folder, 'by-hand') });
    const backbone = await published(whole);
    await server.close();
    const path = cache.pathOf(sampleSha256);
    await expect(fetchBackbone(backbone, { cache })).rejects.toThrow(
      `download the file elsewhere and put it at ${path}`,
    );
    await mkdir(cache.folder, { recursive: true });
    await writeFile(path, sample);
    expect(isSample(await fetchBackbone(backbone, { cache }))).toBe(true);
    server = await serve(whole);
  });

  test('reports a damaged file and fetches it again', async () => {
    const cache = diskCache({ folder: join(folder, 'damaged') });
    const backbone = await published(whole);
    await mkdir(cache.folder);
    await writeFile(cache.pathOf(sampleSha256), sample.subarray(0, 1000));
    const warnings: string[] = [];
    const onWarning = (problem: Error): number => warnings.push(problem.message);
    expect(isSample(await fetchBackbone(backbone, { cache, onWarning }))).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/an undamaged file at .*\.onnx, received 1000 bytes with SHA-256/),
    ]);
    expect(isSample(await readFile(cache.pathOf(sampleSha256)))).toBe(true);
  });

  test('reports that it cannot be read or written, and the download still succeeds', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const cache = diskCache({ folder: join(folder, 'a-file') });
    const backbone = await published(whole);
    const warnings: string[] = [];
    const onWarning = (problem: Error): number => warnings.push(problem.message);
    expect(isSample(await fetchBackbone(backbone, { cache, onWarning }))).toBe(true);
    expect(warnings).toEqual([
      expect.stringContaining('expected a readable cache'),
      expect.stringContaining('expected a writable cache'),
    ]);
  });

  test.skipIf(process.platform === 'win32')(
    'reports and replaces a pipe in place of a file without waiting for it',
    async () => {
      const cache = diskCache({ folder: join(folder, 'pipe') });
      const backbone = await published(whole);
      await mkdir(cache.folder);
      execFileSync('mkfifo', [cache.pathOf(sampleSha256)]);
      const warnings: string[] = [];
      const onWarning = (problem: Error): number => warnings.push(problem.message);
      expect(isSample(await fetchBackbone(backbone, { cache, onWarning }))).toBe(true);
      expect(warnings).toEqual([expect.stringContaining('not a regular file')]);
      expect(isSample(await readFile(cache.pathOf(sampleSha256)))).toBe(true);
    },
  );

  test('removes temporary files of killed processes after a day, with the next file', async () => {
    const cache = diskCache({ folder: join(folder, 'stale') });
    await mkdir(cache.folder);
    const left = (pid: number): string => join(cache.folder, `.${sampleSha256}.${pid}-0123456789ab.tmp`);
    for (const pid of [1, 2]) await writeFile(left(pid), 'half');
    await utimes(left(1), new Date(0), new Date(0));
    await cache.put(sampleSha256, sample);
    expect((await readdir(cache.folder)).sort()).toEqual([
      `.${sampleSha256}.2-0123456789ab.tmp`,
      `${sampleSha256}.onnx`,
    ]);
  });

  test.runIf(process.platform === 'linux')('below /proc cannot be created, and nothing hangs', async () => {
    const cache = diskCache({ folder: '/proc/none/cache' });
    await expect(cache.put(sampleSha256, sample)).rejects.toThrow(/ENOENT/);
  });

  test('never holds a file other than the pinned one', async () => {
    const cache = diskCache({ folder: join(folder, 'mismatch') });
    const backbone = await published((_request, response) => void response.end('something else'));
    await expect(fetchBackbone(backbone, { cache })).rejects.toThrow(/compare/);
    expect(await filesIn(cache.folder)).toEqual([]);
  });

  test('holds nothing after a broken connection, an abort half-way, or an abort while it is written', async () => {
    const cache = diskCache({ folder: join(folder, 'interrupted') });
    const half: Parameters<typeof serve>[0] = (request, response) => {
      response.writeHead(200, { 'content-length': sample.length });
      response.write(sample.subarray(0, 1000), () => request.url === '/breaks' && response.destroy());
    };
    const backbone = await published(half);
    await expect(fetchBackbone({ ...backbone, url: `${server.url}/breaks` }, { cache })).rejects.toThrow(
      /connection broke/,
    );
    const stop = new AbortController();
    const options = { cache, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) };
    await expect(fetchBackbone(backbone, options)).rejects.toThrow('enough');
    const late = new AbortController();
    const writing = cache.put(sampleSha256, sample, { signal: late.signal });
    late.abort(new Error('too late'));
    await expect(writing).rejects.toThrow('too late');
    expect(await filesIn(cache.folder)).toEqual([]);
  });

  test('two processes at once both get the file, and leave one', { timeout: 60_000 }, async () => {
    const place = join(folder, 'shared');
    // Both are there before either gets its answer.
    const waiting: (() => void)[] = [];
    const backbone = await published((_request, response) => {
      waiting.push(() => response.end(sample));
      if (waiting.length === 2) for (const answer of waiting) answer();
    });
    const script = join(folder, 'loader.mjs');
    const built = (name: string): string =>
      JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href);
    await writeFile(
      script,
      `import { fetchBackbone } from ${built('index')};
       import { diskCache } from ${built('node')};
       const warnings = [];
       const bytes = await fetchBackbone(${JSON.stringify(backbone)}, {
         cache: diskCache({ folder: process.argv[2] }), onWarning: (problem) => warnings.push(problem) });
       process.exit(bytes.length === ${sample.length} && warnings.length === 0 ? 0 : 1);`,
    );
    const processes = [0, 1].map(
      () => new Promise((done) => fork(script, [place], { execArgv: [] }).on('exit', done)),
    );
    expect(await Promise.all(processes)).toEqual([0, 0]);
    expect(server.asked).toHaveLength(2);
    expect(await readdir(place)).toEqual([`${sampleSha256}.onnx`]);
    expect(isSample(await readFile(join(place, `${sampleSha256}.onnx`)))).toBe(true);
  });
});
