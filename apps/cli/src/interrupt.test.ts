import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  expand,
  GraphBuilder,
  matmul,
  reduceMax,
  reduceMean,
  reshape,
  writeGraph,
} from '@oddpixel/model-core/onnx';
import { inShell, scratchFolder, writePicture } from './testing/run-cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFile(join(folder, 'slow.onnx'), slowModel());
  await writePicture(join(folder, 'a.png'), 1);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A valid model that nobody waits for: 200 products of 4,096 × 4,096 matrices that depend on the image. */
function slowModel(): Uint8Array {
  const g = new GraphBuilder({ name: 'slow' });
  const image = g.input('image', 'float32', [1, 3, 32, 64]);
  let x = expand(reshape(reduceMean(image, [1, 2, 3]), [1, 1]), [4096, 4096]);
  for (let i = 0; i < 200; i++) x = matmul(x, x);
  g.output('anomaly_map', expand(reshape(reduceMax(x, [0, 1]), [1, 1, 1, 1]), [1, 1, 32, 64]));
  return writeGraph(g.build());
}

test.skipIf(process.platform === 'win32')(
  'a second Ctrl-C ends a run that is stuck in native code',
  async () => {
    const main = join(import.meta.dirname, '..', 'dist', 'main.js');
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
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('Ctrl-C again ends at once');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    // As shells count it: 128 + 2.
    expect(await ended).toBe('SIGINT');
  },
  60_000,
);

test.skipIf(process.platform === 'win32')(
  'a shell sees exit code 130',
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
