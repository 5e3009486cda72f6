/** Running the built command as a user does, and pictures to run it on. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';

const main: string = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `oddpixel` with arguments; never throws for an exit code. */
export function oddpixel(...args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [main, ...args]);
}

/** The same with other environment variables, and until `signal` ends it as Ctrl-C does. */
export function oddpixelWith(
  { env = {}, signal }: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal | undefined },
  ...args: readonly string[]
): Promise<Outcome> {
  return run(process.execPath, [main, ...args], { ...process.env, ...env }, signal);
}

/** Runs `oddpixel` in a shell, for limits and signals. `$ODDPIXEL` stands for the command. */
export function inShell(script: string): Promise<Outcome> {
  return run('bash', ['-c', script], { ...process.env, ODDPIXEL: `${process.execPath} ${main}` });
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<Outcome> {
  if (!existsSync(main)) throw new Error('The command is not built: run `pnpm build` first.');
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { env, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    signal?.addEventListener('abort', () => child.kill('SIGINT'));
  });
}

/** A new empty folder. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'oddpixel-cli-'));
}

export interface Picture {
  readonly width?: number;
  readonly height?: number;
  /** Upper left corner of a blot, in shares of the size. */
  readonly blot?: readonly [number, number];
}

/** Writes a picture of slanted stripes, with or without a blot and its mask. */
export async function writePicture(path: string, index: number, picture: Picture = {}): Promise<void> {
  const { width = 150, height = 100, blot } = picture;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inBlot = isInBlot(x / width, y / height, blot);
      const stripe = (x + y / 2 + 3 * index) % 16 < 8 ? 70 : 180;
      for (let c = 0; c < 3; c++) {
        const noise = (x * 7 + y * 13 + index * 29 + c * 5) % 9;
        data[3 * (y * width + x) + c] = inBlot ? 230 - 100 * c : stripe + 10 * c + noise;
      }
    }
  }
  await write(path, sharp(data, { raw: { width, height, channels: 3 } }));
}

export async function writeMask(path: string, picture: Picture): Promise<void> {
  const { width = 150, height = 100, blot } = picture;
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    isInBlot((i % width) / width, Math.floor(i / width) / height, blot) ? 255 : 0,
  );
  await write(path, sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w'));
}

function isInBlot(x: number, y: number, blot: readonly [number, number] | undefined): boolean {
  return blot !== undefined && x >= blot[0] && x < blot[0] + 0.2 && y >= blot[1] && y < blot[1] + 0.2;
}

async function write(path: string, image: Sharp): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await image.toFile(path);
}

/** A data set in the MVTec layout: 8 good images to train, 3 good and 4 defective ones to test. */
export async function writeDataset(root: string): Promise<void> {
  for (let i = 0; i < 8; i++) await writePicture(join(root, 'train/good', `${i}.png`), i);
  for (let i = 0; i < 3; i++) await writePicture(join(root, 'test/good', `${i}.png`), 20 + i);
  for (let i = 0; i < 4; i++) {
    const picture: Picture = { blot: [0.15 * i + 0.1, 0.5 - 0.1 * i] };
    await writePicture(join(root, 'test/blot', `${i}.png`), 30 + i, picture);
    await writeMask(join(root, 'ground_truth/blot', `${i}_mask.png`), picture);
  }
}
