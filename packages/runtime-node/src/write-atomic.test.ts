import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileError } from '@oddpixel/contract';
import { temporaryPath } from './temporary-files.ts';
import { diskStore, writeFileAtomic } from './index.ts';
import { writeFilesTogether } from './write-atomic.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (path: string): Promise<string> => readFile(path, 'utf8');
const isPosix = process.platform !== 'win32';

async function newFolder(name: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  return join(folder, name);
}

describe.runIf(isPosix)('links', () => {
  test('a link stays and the file that it points to is replaced, even over several links', async () => {
    const place = await newFolder('links');
    await mkdir(join(place, 'real'));
    await writeFile(join(place, 'real/model.onnx'), 'old');
    await symlink('real/model.onnx', join(place, 'first'));
    await symlink('first', join(place, 'second'));
    await writeFileAtomic(join(place, 'second'), bytes('new'));
    expect(await readlink(join(place, 'second'))).toBe('first');
    expect(await readlink(join(place, 'first'))).toBe('real/model.onnx');
    expect(await text(join(place, 'real/model.onnx'))).toBe('new');
    expect(await readdir(join(place, 'real'))).toEqual(['model.onnx']);
  });

  test('a link to a missing file creates the file', async () => {
    const place = await newFolder('dangling');
    await symlink('later/model.onnx', join(place, 'link'));
    await writeFileAtomic(join(place, 'link'), bytes('new'));
    expect(await text(join(place, 'later/model.onnx'))).toBe('new');
    expect((await lstat(join(place, 'link'))).isSymbolicLink()).toBe(true);
  });

  test('links in a circle are a FileError', async () => {
    const place = await newFolder('circle');
    await symlink('b', join(place, 'a'));
    await symlink('a', join(place, 'b'));
    await expect(writeFileAtomic(join(place, 'a'), bytes('x'))).rejects.toThrow(/links lead in a circle/);
  });

  test('a store follows no link planted in its folder', async () => {
    const place = await newFolder('planted');
    await writeFile(join(folder, 'precious'), 'precious');
    await symlink(join(folder, 'precious'), join(place, 'key'));
    await diskStore(place).put('key', bytes('entry'));
    expect(await text(join(folder, 'precious'))).toBe('precious');
    expect(await text(join(place, 'key'))).toBe('entry');
  });
});

describe.runIf(isPosix)('devices, pipes and folders', () => {
  test('devices are written to and stay devices', async () => {
    await writeFileAtomic('/dev/null', bytes('x'));
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    const link = join(await newFolder('device'), 'null');
    await symlink('/dev/null', link);
    await writeFileAtomic(link, bytes('x'));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  test.runIf(process.platform === 'linux')('a full device is a FileError', async () => {
    await expect(writeFileAtomic('/dev/full', bytes('x'))).rejects.toThrow(/\/dev\/full: the disk is full/);
  });

  test('a pipe with a reader gets everything, and one without a reader is refused at once', async () => {
    const pipe = join(await newFolder('pipes'), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(writeFileAtomic(pipe, bytes('x'))).rejects.toThrow(FileError);
    // Opened for both, so that it is there before the writer comes.
    const reader = spawn('bash', ['-c', 'exec 3<>"$0"; echo ready; head -c 300000 <&3 | wc -c', pipe]);
    let output = '';
    await new Promise<void>((ready) =>
      reader.stdout.on('data', (part: Buffer) => {
        output += part.toString();
        if (output.includes('ready')) ready();
      }),
    );
    const ended = new Promise((done) => reader.on('close', done));
    await writeFileAtomic(pipe, new Uint8Array(300_000));
    await ended;
    expect(output).toBe('ready\n300000\n');
    expect((await stat(pipe)).isFIFO()).toBe(true);
  });

  test.each(['/dev/stdout', '/dev/fd/1'])(
    '%s is standard output, be it a pipe, a socket or a file',
    async (path) => {
      const place = await newFolder('stdout');
      const script = join(place, 'write.mjs');
      const built = new URL('../dist/index.js', import.meta.url).href;
      await writeFile(
        script,
        `import { writeFileAtomic } from ${JSON.stringify(built)};
       await writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(200000).fill(65));
       process.exit(0);`,
      );
      const socket = spawnSync(process.execPath, [script], { maxBuffer: 1e6 });
      expect([socket.stdout.length, socket.stderr.toString()]).toEqual([200_000, '']);
      const shell = `echo before > out; { "$0" "$1"; echo after; } >> out; wc -c < out; "$0" "$1" | wc -c`;
      const piped = spawnSync('bash', ['-c', shell, process.execPath, script], {
        cwd: place,
        encoding: 'utf8',
      });
      expect(piped.stdout.replaceAll(' ', '')).toBe('200013\n200000\n');
    },
  );

  test.runIf(process.platform === 'linux')(
    'a path below /proc gives a clear error without an endless wait',
    async () => {
      for (const path of ['/proc/x', '/proc/x/y/map.png', '/proc/self/x']) {
        await expect(writeFileAtomic(path, bytes('x'))).rejects.toThrow(/accepts no new files/);
      }
    },
  );

  test('a folder is a FileError, and nothing is left behind', async () => {
    const place = await newFolder('folder/inner');
    await expect(writeFileAtomic(place, bytes('x'))).rejects.toThrow(/it is a folder/);
    await expect(writeFileAtomic(join(folder, 'folder'), bytes('x'))).rejects.toThrow(FileError);
    expect(await readdir(join(folder, 'folder'))).toEqual(['inner']);
  });
});

describe('names and permissions', () => {
  test('the longest name that the file system allows works, and a longer one is named in the error', async () => {
    const place = await newFolder('long');
    await writeFileAtomic(join(place, 'n'.repeat(255)), bytes('x'));
    expect((await readdir(place)).map(({ length }) => length)).toEqual([255]);
    await expect(writeFileAtomic(join(place, 'n'.repeat(256)), bytes('x'))).rejects.toThrow(/shorter name/);
    expect(await readdir(place)).toHaveLength(1);
  });

  test.runIf(isPosix)('a replaced file keeps its permissions', async () => {
    const path = join(await newFolder('mode'), 'private');
    await writeFile(path, 'old', { mode: 0o600 });
    await writeFileAtomic(path, bytes('new'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await text(path)).toBe('new');
  });

  test.skipIf(process.getuid?.() === 0)('a write-protected file is not replaced', async () => {
    const path = join(await newFolder('protected'), 'file');
    await writeFile(path, 'old');
    await chmod(path, 0o444);
    await expect(writeFileAtomic(path, bytes('new'))).rejects.toThrow(/permission denied/);
    expect(await text(path)).toBe('old');
  });
});

describe('temporary files of killed processes', () => {
  const old = new Date(Date.now() - 25 * 60 * 60 * 1000);

  test('are removed by the next write into the folder, and those of living processes stay', async () => {
    const place = await newFolder('stale');
    const child = fork('-e', ['0'], { execArgv: ['-e', '0'], silent: true });
    await new Promise((done) => child.on('exit', done));
    const name = (pid: number): string => temporaryPath(place).replace(`-${process.pid}-`, `-${pid}-`);
    const living = name(process.ppid);
    const ofAnotherHost = name(child.pid as number).replace(/[.]oddpixel-.{8}/, '.oddpixel-01234567');
    const notOurs = ['.tmp', '.notes.txt.tmp', 'oddpixel.tmp'].map((other) => join(place, other));
    const kept = [living, ofAnotherHost, ...notOurs];
    for (const path of [...kept, name(child.pid as number), name(child.pid as number)]) {
      await writeFile(path, 'half');
    }
    const former = join(place, '.model.onnx.12345-0123456789ab.tmp');
    const long = name(process.ppid);
    for (const path of [former, long]) {
      await writeFile(path, 'half');
      await utimes(path, old, old);
    }
    await writeFileAtomic(join(place, 'file'), bytes('x'));
    const expected = [...kept, join(place, 'file')].sort();
    expect((await readdir(place)).map((left) => join(place, left)).sort()).toEqual(expected);
  });
});

describe('writeFilesTogether', () => {
  test('writes all files', async () => {
    const place = join(folder, 'together/new');
    await writeFilesTogether([
      { path: join(place, 'report.html'), bytes: bytes('report') },
      { path: join(place, 'numbers/evaluation.json'), bytes: bytes('{}') },
    ]);
    expect(await text(join(place, 'report.html'))).toBe('report');
    expect(await text(join(place, 'numbers/evaluation.json'))).toBe('{}');
    expect((await readdir(place)).sort()).toEqual(['numbers', 'report.html']);
  });

  test.each(['first', 'last'])('replaces no file if the %s cannot be written', async (which) => {
    const place = await newFolder(`one-fails-${which}`);
    const good = { path: join(place, 'good'), bytes: bytes('new') };
    const bad = { path: join(place, 'bad'), bytes: bytes('new') };
    await writeFile(good.path, 'old');
    await mkdir(bad.path);
    const files = which === 'first' ? [bad, good] : [good, bad];
    await expect(writeFilesTogether(files)).rejects.toThrow(/bad: it is a folder/);
    expect(await text(good.path)).toBe('old');
    expect((await readdir(place)).sort()).toEqual(['bad', 'good']);
  });

  test.runIf(process.platform === 'linux')('replaces no file if a device fails', async () => {
    const place = await newFolder('device-fails');
    await writeFile(join(place, 'good'), 'old');
    const files = [
      { path: join(place, 'good'), bytes: bytes('new') },
      { path: '/dev/full', bytes: bytes('new') },
    ];
    await expect(writeFilesTogether(files)).rejects.toThrow(FileError);
    expect(await text(join(place, 'good'))).toBe('old');
    expect(await readdir(place)).toEqual(['good']);
  });
});
