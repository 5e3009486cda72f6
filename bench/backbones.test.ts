import { expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { backbonesDocument } from './shared/document.ts';
import { documentOf } from './shared/run-bench.ts';

const short = ['backbones', '--sizes', 'tiny', '--rounds', '1', '--round-ms', '1'];
/** Only Vulkan can be hidden by the environment. */
const noGpu = { VK_ICD_FILENAMES: 'no-such-driver.json', VK_DRIVER_FILES: 'no-such-driver.json' };

test(
  'bench backbones compares with our own backbone if no other one is available',
  { timeout: 120_000 },
  async () => {
    const environment = { ...noGpu, ODDPIXEL_REFERENCE_DATA: 'no-such-folder' };
    const { document, stderr } = await documentOf(short, environment);
    const { devices, batches } = backbonesDocument.parse(document);
    expect(stderr).toContain('mobilenet-v2-trunk.onnx: reference data absent');
    for (const { rows } of devices) {
      expect(rows[0]).toMatchObject({ name: 'small', toFirst: { median: 1 } });
      expect(rows.map(({ perImage }) => perImage.map(({ batch }) => batch))).toEqual(rows.map(() => batches));
    }
  },
);

const trunk = referencePath('models', 'mobilenet-v2-trunk.onnx');

test.skipIf(trunk === undefined)(
  referenceTitle(
    'bench backbones measures files beside ours against the reference, with one thread and with all',
    trunk,
  ),
  { timeout: 120_000 },
  async () => {
    const { document } = await documentOf([...short, '--files', trunk ?? ''], noGpu);
    const { devices, machine } = backbonesDocument.parse(document);
    const onCpu = devices.filter(({ device }) => device === 'cpu');
    expect(onCpu.map(({ threads }) => threads)).toEqual([...new Set([1, machine.cores])]);
    for (const { rows } of devices) {
      expect(rows[0]).toMatchObject({ name: 'mobilenet-v2-trunk.onnx', toFirst: { median: 1 } });
      expect(rows.at(-1)?.name).toBe('mobilenet-v2-trunk.onnx');
    }
  },
);
