/**
 * A disk that is full, and a limit on the sizes of files: nothing is half-written, what was there stays, one message
 * states why. The disk is a small file system in memory, if the system lets a user mount one.
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharpCodec } from '@oddpixel/runtime-node';
import { jsonOutputs } from '../../test/json-output.ts';
import { inShell, oddpixel, scratchFolder, writeDataset } from '../../test/run-cli.ts';

let folder: string;
let data: string;
let model: string;
/** Where commands write, and what was found there afterwards. */
let disk: string;
let kept: string;
const small = '--size 64 --device cpu --threads 1';
const cpu = '--device cpu --threads 1';

beforeAll(async () => {
  folder = await scratchFolder();
  data = join(folder, 'data');
  model = join(folder, 'model.onnx');
  await writeDataset(data);
  const trained = await oddpixel('train', data, '--out', model, '--rows', '50', ...small.split(' '));
  expect(trained.code).toBe(0);
}, 120_000);
beforeEach(async () => {
  disk = join(folder, 'disk');
  kept = join(folder, 'kept');
  for (const each of [disk, kept]) {
    await rm(each, { recursive: true, force: true });
    await mkdir(each);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface FullDisk {
  readonly name: string;
  readonly works: boolean;
  readonly reason: RegExp;
  /** Too little for all pictures. */
  readonly picturesKilobytes: number;
  /** A shell script that runs `command` with room for `kilobytes`, and then copies what is there. */
  script(command: string, kilobytes: number): string;
}

const fullDisks: readonly FullDisk[] = [
  {
    name: 'a full disk',
    works: canMount(),
    reason: /the disk is full|ENOSPC/,
    picturesKilobytes: 40,
    script: (command, kilobytes) => `
      unshare -rm bash -c '
        cp -a "$1" "$1.before"; mount -t tmpfs -o size="$2"k none "$1"; cp -a "$1.before/." "$1"; rm -r "$1.before"
        eval "$4"; code=$?; cp -a "$1/." "$3"; exit $code
      ' bash '${disk}' ${kilobytes} '${kept}' "${command.replaceAll('$', '\\$')}"`,
  },
  {
    name: 'a limit on the sizes of files',
    works: process.platform !== 'win32',
    reason: /exceed the allowed size|EFBIG/,
    picturesKilobytes: 12,
    script: (command, kilobytes) =>
      `trap '' XFSZ; (ulimit -f ${kilobytes}; ${command}); code=$?; cp -a '${disk}/.' '${kept}'; exit $code`,
  },
];

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const errorsOf = (stderr: string): string[] => stderr.split('\n').filter((line) => line.startsWith('error:'));

describe.each(fullDisks)('$name', ({ works, reason, picturesKilobytes, script }) => {
  const run = (command: string, kilobytes: number): ReturnType<typeof inShell> =>
    inShell(script(command, kilobytes));
  const title = (text: string): string => (works ? text : `${text} [skipped: not permitted here]`);

  test.runIf(works).each([
    ['train --out', () => `$ODDPIXEL train ${data} --rows 50 ${small} --out ${disk}/old.bin`],
    ['export', () => `$ODDPIXEL export ${model} --standalone --out ${disk}/old.bin`],
    ['add', () => `$ODDPIXEL add ${model} ${data}/test/good ${cpu} --out ${disk}/old.bin`],
    [
      'train --checkpoint',
      () =>
        `$ODDPIXEL train ${data} --head student --epochs 2 ${small} --out ${folder}/s.onnx --checkpoint ${disk}/old.bin`,
    ],
    [
      'predict --save-input',
      () => `$ODDPIXEL predict ${model} ${data}/test/good/0.png ${cpu} --save-input ${disk}/old.bin`,
    ],
  ])(
    title('%s: the old file stays, nothing else is left, one error names the file'),
    async (_, command) => {
      await writeFile(join(disk, 'old.bin'), 'old');
      const { code, stderr } = await run(command(), 32);
      expect([code, errorsOf(stderr)]).toEqual([1, [expect.stringContaining(join(disk, 'old.bin'))]]);
      expect(stderr).toMatch(reason);
      expect(await readdir(kept)).toEqual(['old.bin']);
      expect(await readFile(join(kept, 'old.bin'), 'utf8')).toBe('old');
    },
    60_000,
  );

  test.runIf(works)(
    title('evaluate --report keeps the old report and its numbers together'),
    async () => {
      await mkdir(join(disk, 'report'));
      for (const name of ['report.html', 'evaluation.json'])
        await writeFile(join(disk, 'report', name), 'old');
      const { code, stderr } = await run(
        `$ODDPIXEL evaluate ${model} ${data} ${cpu} --report ${disk}/report`,
        32,
      );
      expect([code, errorsOf(stderr)]).toEqual([1, [expect.stringMatching(/Cannot write .*report\.html: /)]]);
      expect(stderr).toMatch(reason);
      expect((await readdir(join(kept, 'report'))).toSorted()).toEqual(['evaluation.json', 'report.html']);
      for (const name of ['report.html', 'evaluation.json'])
        expect(await readFile(join(kept, 'report', name), 'utf8')).toBe('old');
    },
    60_000,
  );

  test.runIf(works)(
    title('predict --out gives every image its verdict, pictures are whole or absent, exit code 1'),
    async () => {
      const command = `$ODDPIXEL predict ${model} ${data}/test ${cpu} --out ${disk}/pictures --map float --json`;
      const { code, stdout } = await run(command, picturesKilobytes);
      const { images, failures } = jsonOutputs.predict.parse(JSON.parse(stdout));
      expect([code, images.length]).toEqual([1, 7]);
      expect(failures.length).toBeGreaterThan(0);
      for (const { error, lost } of failures) {
        expect(lost).toBe('pictures');
        expect(error).toMatch(reason);
      }
      const names = await readdir(kept, { recursive: true });
      const pictures = names.filter((name) => /\.\w+$/.test(name));
      for (const name of pictures) {
        expect(name).toMatch(/\.(png|tiff?)$/);
        const { width } = await sharpCodec().decode(await readFile(join(kept, name)));
        expect(width).toBeGreaterThan(0);
      }
      // What is reported as written is there.
      for (const file of images.flatMap(({ files }) => files))
        expect(pictures).toContain(file.slice(disk.length + 1));
    },
    60_000,
  );

  test.runIf(works)(
    title(
      'predict --jsonl into a file writes complete lines but for the last one, then fails with exit code 1',
    ),
    async () => {
      for (let i = 0; i < 30; i++) await cp(join(data, 'test/blot/0.png'), join(folder, 'many', `${i}.png`));
      const command = `$ODDPIXEL predict ${model} ${folder}/many ${cpu} --jsonl > ${disk}/lines`;
      const { code, stderr } = await run(command, 4);
      expect([code, errorsOf(stderr)]).toEqual([
        1,
        [expect.stringMatching(/^error: cannot write the results/)],
      ]);
      expect(stderr).toMatch(reason);
      const lines = (await readFile(join(kept, 'lines'), 'utf8')).split('\n').slice(0, -1);
      expect(lines.length).toBeGreaterThan(5);
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ type: 'image' });
    },
    60_000,
  );
});

test.runIf(fullDisks[0]?.works)(
  'train --cache on a full disk prints a remark and gives the same model; see files.test.ts for a limit on sizes',
  async () => {
    const out = join(folder, 'cached.onnx');
    const options = `--rows 50 ${small} --cache ${disk}/cache --out ${out}`;
    const { code, stderr } = await inShell(
      fullDisks[0]?.script(`$ODDPIXEL train ${data} ${options}`, 150) ?? '',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('The cache could not be used, and the work went on without it.');
    expect((await readFile(out)).equals(await readFile(model))).toBe(true);
    const left = await readdir(kept, { recursive: true });
    expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
  60_000,
);
