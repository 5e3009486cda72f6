import { expect, test } from 'vitest';
import { BackboneHashError, BackboneUnavailableError } from '../errors.ts';
import type { BundledBackbone } from '../backbone.ts';
import { medium } from '../medium.ts';
import { small } from '../small.ts';
import { smallInt8 } from '../small-int8.ts';
import { readBackbone } from './index.ts';

const models: readonly BundledBackbone[] = [small, smallInt8, medium];

test.each(models)('$id is the file that its card describes', async (model) => {
  expect((await readBackbone(model)).byteLength).toBe(model.sizeBytes);
});

test('a file with another SHA-256 is refused', async () => {
  const other = { ...small, sha256: '0'.repeat(64) };
  const error = await readBackbone(other).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackboneHashError);
  expect(String(error)).toMatch(
    new RegExp(`small\\.onnx: expected SHA-256 0{64}, received ${small.sha256} \\(\\d+ bytes\\).*reinstall`),
  );
});

test('the error for a missing file states that the installation is damaged', async () => {
  const gone = { ...small, url: new URL('gone.onnx', small.url) };
  const error = await readBackbone(gone).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackboneUnavailableError);
  expect(String(error)).toMatch(/gone\.onnx.*ENOENT.*reinstall/);
});
