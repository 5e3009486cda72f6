import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DeviceInfo } from './index.ts';

/** Where a Vulkan loader may be; Chromium brings one. */
const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/chromium'];
const loader = folders.find((folder) => existsSync(join(folder, 'libvulkan.so.1')));

const program = `
  import { listDevices } from '@oddpixel/runtime-node';
  console.log(JSON.stringify(await listDevices()));
`;

async function list(variables: NodeJS.ProcessEnv): Promise<{ devices: DeviceInfo[]; printed: string }> {
  const flags = ['--import', 'tsx', '--conditions=@oddpixel/source', '--input-type=module', '-e', program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, LD_LIBRARY_PATH: loader, ...variables },
  });
  return { devices: JSON.parse(stdout) as DeviceInfo[], printed: stderr };
}

const title = 'a Vulkan loader without a working driver prints nothing; the reason is in the list';
const reason = loader === undefined ? ' [skipped: no libvulkan.so.1]' : '';

test.skipIf(loader === undefined)(title + reason, { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-vulkan-'));
  const manifest = (text: string, name: string): Promise<void> => writeFile(join(folder, name), text);
  await manifest('{', 'cut.json');
  const icd = { library_path: join(folder, 'missing.so'), api_version: '1.3.0' };
  await manifest(JSON.stringify({ file_format_version: '1.0.0', ICD: icd }), 'missing-library.json');
  for (const name of ['not-there.json', 'cut.json', 'missing-library.json']) {
    const path = join(folder, name);
    const { devices, printed } = await list({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });
    const webgpu = devices.find((device) => device.name === 'ort-node:webgpu');
    expect({ name, printed, available: webgpu?.available }).toEqual({ name, printed: '', available: false });
    expect(webgpu?.reason).toMatch(/adapter|driver/i);
  }
  await rm(folder, { recursive: true });
});
