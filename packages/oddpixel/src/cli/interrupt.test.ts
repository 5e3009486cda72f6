import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expand, GraphBuilder, matmul, reduceMax, reduceMean, reshape, writeGraph } from '@oddpixel/graph';
import { inShell, scratchFolder, writePicture } from '../../test/run-cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFile(join(folder, 'slow.onnx'), slowModel(4096));
  await writeFile(join(folder, 'slow-on-gpu.onnx'), slowModel(1024));
  await writePicture(join(folder, 'a.png'), 1);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A valid model that runs too long to wait for: 200 products of square matrices of `size` rows that depend on the image. */
function slowModel(size: number): Uint8Array {
  const g = new GraphBuilder({ name: 'slow' });
  const image = g.input('image', 'float32', [1, 3, 32, 64]);
  let x = expand(reshape(reduceMean(image, [1, 2, 3]), [1, 1]), [size, size]);
  for (let i = 0; i < 200; i++) x = matmul(x, x);
  g.output('anomaly_map', expand(reshape(reduceMax(x, [0, 1]), [1, 1, 1, 1]), [1, 1, 32, 64]));
  return writeGraph(g.build());
}

test.skipIf(process.platform === 'win32')(
  'a second Ctrl-C ends a run that hangs in native code',
  async () => {
    const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
    const args = [main, 'predict', join(folder, 'slow.onnx'), join(folder, 'a.png'), '--device', 'cpu'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('device:');
    await new Promise((later) => setTimeout(later, 500));
    child.kill('SIGINT');
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('press Ctrl-C again to stop at once');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    // As shells count it: 128 + 2.
    expect(await ended).toBe('SIGINT');
  },
  60_000,
);

test.skipIf(process.platform === 'win32')(
  'a shell sees exit code 130 after a second Ctrl-C',
  async () => {
    const files = `'${join(folder, 'slow.onnx')}' '${join(folder, 'a.png')}'`;
    const { stdout } = await inShell(`
    set -m
    $ODDPIXEL predict ${files} --device cpu 2>'${join(folder, 'log')}' & child=$!
    for i in $(seq 200); do grep -q device: '${join(folder, 'log')}' && break; sleep 0.05; done
    sleep 0.5; kill -INT $child
    for i in $(seq 200); do grep -q again '${join(folder, 'log')}' && break; sleep 0.05; done
    kill -INT $child; wait $child; echo "code $?"`);
    expect(stdout).toContain('code 130');
  },
  60_000,
);

/** A GPU in software, as Chromium brings along. Another one may be named. */
const driver = [
  process.env['ODDPIXEL_VULKAN_DRIVER'],
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
].find((path) => path !== undefined && existsSync(path));

const gpuTitle =
  'a second Ctrl-C ends a run of a GPU, whose engine holds the main thread; its driver prints nothing';

test.skipIf(driver === undefined)(
  driver === undefined
    ? `${gpuTitle} [skipped: no SwiftShader; install Chromium or set ODDPIXEL_VULKAN_DRIVER]`
    : gpuTitle,
  async () => {
    const path = driver ?? '';
    const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
    const files = [join(folder, 'slow-on-gpu.onnx'), join(folder, 'a.png')];
    const { XDG_RUNTIME_DIR: _, ...environment } = process.env;
    const child = spawn(process.execPath, [main, 'predict', ...files, '--device', 'webgpu'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own, as a terminal gives one to each command: Ctrl-C goes to all of it.
      detached: true,
      env: {
        ...environment,
        VK_ICD_FILENAMES: path,
        VK_DRIVER_FILES: path,
        LD_LIBRARY_PATH: [dirname(path), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
    await expect.poll(() => stderr, { timeout: 60_000 }).toContain('device:');
    await new Promise((later) => setTimeout(later, 1500));
    process.kill(-Number(child.pid), 'SIGINT');
    await new Promise((later) => setTimeout(later, 1000));
    expect(child.exitCode ?? child.signalCode).toBeNull();
    process.kill(-Number(child.pid), 'SIGINT');
    // The process itself cannot be reached, so that it is not SIGINT that ends it.
    expect(await ended).toBe('SIGKILL');
    expect(stderr).toBe('device: ort-node:webgpu\n');
  },
  120_000,
);
