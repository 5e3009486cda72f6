import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileError, ParameterError } from '@oddpixel/contract';
import { diskStore, nodeFileSource, writeFileAtomic } from './index.ts';
import { encodeNpy } from './npy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('nodeFileSource', () => {
  test('lists in order, reads, and names missing files', async () => {
    const root = join(folder, 'tree');
    await mkdir(join(root, 'b'), { recursive: true });
    for (const name of ['c.png', 'a.png', 'b/x.png']) await writeFile(join(root, name), name);
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    const source = nodeFileSource(root);
    const entries = await collect(source.list(''));
    expect(entries).toEqual([
      { path: 'a.png', kind: 'file', sizeBytes: 5 },
      { path: 'b', kind: 'directory' },
      { path: 'c.png', kind: 'file', sizeBytes: 5 },
      { path: 'dangling', kind: 'unusable', reason: 'it is a link that leads nowhere', isLink: true },
    ]);
    expect(await source.readHead?.('b/x.png', 3)).toEqual(bytes('b/x'));
    expect(await source.readHead?.('b/x.png', 99)).toEqual(bytes('b/x.png'));
    expect(await source.read('b/x.png')).toEqual(bytes('b/x.png'));
    await expect(source.read('none.png')).rejects.toThrow(/none\.png: there is no such file/);
    await expect(collect(source.list('none'))).rejects.toThrow(FileError);
    await expect(source.read('b')).rejects.toThrow(/it is a folder/);
  });

  test.skipIf(process.platform !== 'linux')('lists unusable entries with their reason', async () => {
    const root = join(folder, 'odd');
    await mkdir(join(root, 'below'), { recursive: true });
    const raw = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
    await writeFile(raw('caf\xe9 \xc3\xa9.png'), 'x');
    await writeFile(join(root, 'ü.png'), 'x');
    await symlink('self', join(root, 'self'));
    await symlink('..', join(root, 'below/up'));
    await symlink('/', join(root, 'outside'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await once(server, 'listening');
    const source = nodeFileSource(root);
    const entries = await collect(source.list('')).finally(() => server.close());
    expect(entries.map(({ path, kind, reason }) => [path, kind, reason])).toEqual([
      ['below', 'directory', undefined],
      ['caf\\xe9 é.png', 'unusable', 'its name is not UTF-8 text, and is shown with escapes'],
      ['outside', 'unusable', `it is a link that leads out of ${root}`],
      ['pipe', 'unusable', 'it is a named pipe, not a file'],
      ['self', 'unusable', 'it is a link that leads to itself'],
      ['socket', 'unusable', 'it is a socket, not a file'],
      ['ü.png', 'file', undefined],
    ]);
    expect(await source.identify?.('below/up')).toBe(await source.identify?.(''));
    const following = nodeFileSource(root, { followLinks: true });
    expect(await collect(following.list(''))).toContainEqual({
      path: 'outside',
      kind: 'directory',
      isLink: true,
    });
  });

  test('does not leave its root', async () => {
    await writeFile(join(folder, 'secret'), 'x');
    const root = join(folder, 'fenced');
    await mkdir(root);
    await symlink(join(folder, 'secret'), join(root, 'link'));
    for (const path of ['../secret', 'link', join(folder, 'secret')]) {
      await expect(nodeFileSource(root).read(path)).rejects.toThrow(/outside/);
    }
    const following = nodeFileSource(root, { followLinks: true });
    expect((await following.read('link')).length).toBeGreaterThan(0);
    await expect(following.read('../secret')).rejects.toThrow(/outside/);
  });
});

describe('writeFileAtomic', () => {
  test('makes folders, replaces files, leaves no temporary file', async () => {
    const path = join(folder, 'new/deep/file.bin');
    await writeFileAtomic(path, bytes('one'));
    await writeFileAtomic(path, bytes('two'));
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'new/deep'))).toEqual(['file.bin']);
  });

  test('leaves the old file and nothing else after an abort or an error', async () => {
    const place = join(folder, 'kept');
    const path = join(place, 'file.bin');
    await writeFileAtomic(path, bytes('old'));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeFileAtomic(path, bytes('new'), { signal })).rejects.toThrow('enough');
    // Renaming a file onto a folder fails after the temporary file was written.
    await mkdir(join(place, 'folder'));
    await expect(writeFileAtomic(join(place, 'folder'), bytes('new'))).rejects.toThrow(FileError);
    expect((await readdir(place)).sort()).toEqual(['file.bin', 'folder']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  test.skipIf(process.getuid?.() === 0)('refuses a folder without permission', async () => {
    const locked = join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    await expect(writeFileAtomic(join(locked, 'x'), bytes('x'))).rejects.toThrow(/permission denied/);
  });
});

describe('diskStore', () => {
  test('stores, reads and deletes; refuses keys that are paths', async () => {
    const store = diskStore(join(folder, 'store'));
    expect(await store.get('a')).toBeUndefined();
    await store.put('a', bytes('1'));
    expect(await store.get('a')).toEqual(bytes('1'));
    await store.delete('a');
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
    for (const key of ['../a', 'a/b', '.hidden', ''])
      await expect(store.put(key, bytes('x'))).rejects.toThrow(ParameterError);
  });

  test('shows readers complete entries only while two processes write', async () => {
    const place = join(folder, 'shared');
    const script = join(folder, 'writer.mjs');
    const built = new URL('../dist/index.js', import.meta.url).href;
    await writeFile(
      script,
      `import { diskStore } from ${JSON.stringify(built)};
       const store = diskStore(process.argv[2]);
       for (let i = 0; i < 60; i++) await store.put('entry', new Uint8Array(200000).fill(Number(process.argv[3])));
       process.exit(0);`,
    );
    const writers = [1, 2].map(
      (value) =>
        new Promise((done) => fork(script, [place, String(value)], { execArgv: [] }).on('exit', done)),
    );
    const store = diskStore(place);
    const state = { finished: false };
    void Promise.all(writers).then(() => (state.finished = true));
    let seen = 0;
    while (!state.finished) {
      const entry = await store.get('entry');
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (entry === undefined) continue;
      seen++;
      expect(entry.length).toBe(200_000);
      expect(new Set(entry).size).toBe(1);
    }
    expect(await Promise.all(writers)).toEqual([0, 0]);
    expect(seen).toBeGreaterThan(0);
    expect(await readdir(place)).toEqual(['entry']);
  });
});

test('npy files have the header that NumPy reads', () => {
  const file = encodeNpy({
    location: 'host',
    dtype: 'float32',
    dims: [1, 2, 3],
    data: Float32Array.of(0, 1, 2, 3, 4, 5.5),
  });
  const view = new DataView(file.buffer);
  const headerBytes = view.getUint16(8, true);
  expect((10 + headerBytes) % 64).toBe(0);
  const header = new TextDecoder().decode(file.subarray(10, 10 + headerBytes));
  expect(header).toBe(
    `${"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }".padEnd(headerBytes - 1)}\n`,
  );
  expect(view.getFloat32(10 + headerBytes + 20, true)).toBe(5.5);
});
