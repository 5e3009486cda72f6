import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharpCodec } from '@oddpixel/runtime-node';
import { encodePng, picture, sameBytes } from '../fixture.ts';
import type { Proof } from '../proof.ts';

const command = fileURLToPath(new URL('../../../../packages/oddpixel/dist/main.js', import.meta.url));

export const kills: Proof = {
  name: 'kills',
  claim:
    'a run that is killed at any time leaves no torn file, and the next run gives the same bytes and sweeps up',
  rounds: 200,
  shortRounds: 3,
  async open() {
    if (!existsSync(command)) throw new Error('The command is not built: run `pnpm build` first.');
    const folder = await mkdtemp(join(tmpdir(), 'oddpixel-kills-'));
    const data = join(folder, 'data/train/good');
    await mkdir(data, { recursive: true });
    for (let i = 0; i < 6; i++) await writeFile(join(data, `${i}.png`), await encodePng(picture(i)));
    const model = join(folder, 'model.onnx');
    const trainMs = await timed(() => run(trainArgs(folder, model, join(folder, 'cache-0'))));
    const expected = await readFile(model);
    const predictMs = await timed(() => run(predictArgs(folder, model, join(folder, 'maps-0'))));
    const expectedMaps = await contents(join(folder, 'maps-0'));
    return {
      async round({ random, round }) {
        const place = join(folder, `round-${round}`);
        await mkdir(place);
        if (random.integer(2) === 0) {
          const out = join(place, 'model.onnx');
          const args = trainArgs(folder, out, join(place, 'cache'));
          await run(args, random.next() * trainMs);
          if (existsSync(out) && !sameBytes(await readFile(out), expected)) throw new Error('a torn model');
          await run(args);
          if (!sameBytes(await readFile(out), expected)) throw new Error('another model than without a kill');
        } else {
          const out = join(place, 'maps');
          const args = predictArgs(folder, model, out);
          await run(args, random.next() * predictMs);
          for (const [name, bytes] of await contents(out)) {
            if (name.endsWith('.tmp')) continue;
            if (name.endsWith('.png')) await sharpCodec().decode(bytes, { fileName: name });
          }
          await run(args);
          const maps = await contents(out);
          for (const [name, bytes] of expectedMaps) {
            if (!sameBytes(maps.get(name) ?? new Uint8Array(0), bytes)) throw new Error(`another ${name}`);
          }
        }
        const left = (await readdir(place, { recursive: true })).filter((name) => name.endsWith('.tmp'));
        if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
        await rm(place, { recursive: true });
        return 'whole';
      },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

const device = ['--device', 'cpu', '--threads', '1'];

function trainArgs(folder: string, out: string, cache: string): string[] {
  const size = ['--size', '64', '--rows', '50', ...device];
  return ['train', join(folder, 'data'), '--out', out, '--cache', cache, ...size];
}

function predictArgs(folder: string, model: string, out: string): string[] {
  return ['predict', model, join(folder, 'data/train/good'), '--out', out, ...device];
}

/** Runs the command to its end, or kills it after some time. @throws Error if it fails by itself. */
function run(args: readonly string[], killAfterMs?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (part: Buffer) => (told += part.toString()));
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal === 'SIGKILL') resolve();
      else reject(new Error(`${args[0]} ended with ${signal ?? code}: ${told.slice(-500)}`));
    });
  });
}

async function timed(call: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

async function contents(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (!existsSync(folder)) return files;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length), await readFile(path));
  }
  return files;
}
