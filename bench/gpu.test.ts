import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adapterOf } from './gpu/adapter.ts';
import { gpuDocument } from './shared/document.ts';
import { documentOf } from './shared/run-bench.ts';

/** A GPU in software, as Chromium brings along. Another one may be named. */
const driver = [process.env['ODDPIXEL_VULKAN_DRIVER'], '/usr/lib/chromium/vk_swiftshader_icd.json'].find(
  (path) => path !== undefined && existsSync(path),
);

describe('bench gpu', () => {
  test('names the drivers of a process and distinguishes software from a GPU', () => {
    const lines = (...files: string[]): string =>
      files.map((file) => `7f00-7f01 r-xp 0000 fd:00 12 /usr/lib/${file}`).join('\n');
    expect(adapterOf(lines('libvk_swiftshader.so', 'libvk_swiftshader.so', 'libc.so.6'))).toEqual({
      drivers: ['libvk_swiftshader.so'],
      isSoftware: true,
    });
    expect(adapterOf(lines('libvulkan.so.1', 'libvulkan_lvp.so')).isSoftware).toBe(true);
    expect(adapterOf(lines('libvulkan_lvp.so', 'libGLX_nvidia.so.0'))).toEqual({
      drivers: ['libGLX_nvidia.so.0', 'libvulkan_lvp.so'],
      isSoftware: false,
    });
    expect(adapterOf(lines('libvulkan.so.1', 'libc.so.6'))).toEqual({ drivers: [], isSoftware: null });
  });

  test('is skipped if WebGPU finds no adapter', { timeout: 120_000 }, async () => {
    const nothing = { VK_ICD_FILENAMES: 'no-such-driver.json', VK_DRIVER_FILES: 'no-such-driver.json' };
    const { document: printed } = await documentOf(['gpu', '--sizes', 'tiny', '--rounds', '1'], nothing);
    const document = gpuDocument.parse(printed);
    const webgpu = document.devices.find(({ name }) => name === 'ort-node:webgpu');
    // Only Vulkan can be hidden by the environment.
    if (process.platform === 'linux') expect(document).toHaveProperty('skipped');
    expect('skipped' in document).toBe(webgpu?.available === false);
  });

  const title = 'measures on a software adapter, and does not count it as a GPU';
  test.skipIf(driver === undefined)(
    driver === undefined ? `${title} [skipped: no SwiftShader; install Chromium]` : title,
    { timeout: 300_000 },
    async () => {
      const path = driver ?? '';
      const { document: printed } = await documentOf(['gpu', '--rounds', '1'], {
        VK_ICD_FILENAMES: path,
        VK_DRIVER_FILES: path,
        // Chromium brings a Vulkan loader beside its driver.
        LD_LIBRARY_PATH: [dirname(path), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      });
      const document = gpuDocument.parse(printed);
      if ('skipped' in document) throw new Error(document.skipped);
      expect(document.adapter.isSoftware).toBe(true);
      expect(document.countsAsGpu).toBe(false);
      expect(document.conformance.failed).toEqual([]);
      expect(document.training.isEqual).toBe(true);
      expect(document.inference.map(({ batch, isEqual }) => [batch, isEqual])).toEqual([
        [1, true],
        [2, true],
      ]);
    },
  );
});
