import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** A GPU in software, as Chromium brings along. Another one may be named. */
const driver = [
  process.env['ODDPIXEL_VULKAN_DRIVER'],
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
].find((path) => path !== undefined && existsSync(path));

const title = 'WebGPU passes conformance; our models run and train on it node by node as on the CPU';

test.skipIf(driver === undefined)(
  driver === undefined
    ? `${title} [skipped: no SwiftShader; install Chromium or set ODDPIXEL_VULKAN_DRIVER]`
    : title,
  { timeout: 180_000 },
  async () => {
    const path = driver ?? '';
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const child = fileURLToPath(new URL('../test/webgpu-child.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=@oddpixel/source', child],
      {
        cwd: root,
        env: {
          ...process.env,
          VK_ICD_FILENAMES: path,
          VK_DRIVER_FILES: path,
          // Chromium brings a Vulkan loader beside its driver.
          LD_LIBRARY_PATH: [dirname(path), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
        },
      },
    );
    const { keepOnDevice, passed, failed, skipped, ours, student } = JSON.parse(stdout) as {
      keepOnDevice: boolean;
      passed: number;
      failed: string[];
      skipped: { name: string; reason: string }[];
      ours: Record<string, number | string>;
      student: { webgpu: number[]; cpu: number[] };
    };
    expect(failed).toEqual([]);
    expect(keepOnDevice).toBe(true);
    expect(passed).toBeGreaterThan(25);
    for (const { reason } of skipped) expect(reason).toMatch(/dtypes|declared false/);
    for (const difference of Object.values(ours)) {
      expect(difference).toEqual(expect.any(Number));
      expect(difference).toBeLessThan(1e-4);
    }
    expect(student.webgpu).toHaveLength(student.cpu.length);
    student.cpu.forEach((error, epoch) => {
      expect(Math.abs((student.webgpu[epoch] ?? Number.NaN) / error - 1)).toBeLessThan(1e-3);
    });
    for (const [first = 0, ...later] of Object.values(student))
      expect(later.at(-1)).toBeLessThan(0.7 * first);
  },
);
