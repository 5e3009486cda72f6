import { expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { headsDocument } from './shared/document.ts';
import { documentOf } from './shared/run-bench.ts';

const short = ['heads', '--sizes', 'tiny', '--rounds', '1', '--round-ms', '1'];

test(
  'bench heads compares the heads alone and reports that the backbone is absent',
  { timeout: 120_000 },
  async () => {
    const { document } = await documentOf(short, { ODDPIXEL_REFERENCE_DATA: 'no-such-folder' });
    const { rows, wholeModel } = headsDocument.parse(document);
    expect(rows.map(({ what, batch }) => [what, batch])).toEqual([
      ['head alone', 1],
      ['head alone', 2],
    ]);
    expect(wholeModel).toEqual({ skipped: expect.stringContaining('mobilenet-v2-trunk.onnx') });
  },
);

const trunk = referencePath('models', 'mobilenet-v2-trunk.onnx');

test.skipIf(trunk === undefined)(
  referenceTitle('bench heads compares whole models', trunk),
  { timeout: 120_000 },
  async () => {
    const { document } = await documentOf(short);
    const { rows } = headsDocument.parse(document);
    expect(rows.filter(({ what }) => what === 'whole model').map(({ batch }) => batch)).toEqual([1, 2]);
  },
);
