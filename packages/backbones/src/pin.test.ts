import { expect, test } from 'vitest';
import { BackbonePinError, parsePinnedUrl } from './index.ts';

const sha256 = '0123456789abcdef'.repeat(4);

test('parsePinnedUrl reads an address with its SHA-256', () => {
  const url = 'https://example.com/a/x.onnx?version=2';
  expect(parsePinnedUrl(`${url}#sha256=${sha256.toUpperCase()}`)).toEqual({ url, sha256 });
});

test.each([
  ['nothing behind the address', 'https://example.com/x.onnx'],
  ['another hash', `https://example.com/x.onnx#sha1=${sha256}`],
  ['a short hash', 'https://example.com/x.onnx#sha256=0123'],
  ['something behind the hash', `https://example.com/x.onnx#sha256=${sha256}&more`],
  ['no address', `x.onnx#sha256=${sha256}`],
])('parsePinnedUrl refuses %s', (_name, text) => {
  expect(() => parsePinnedUrl(text)).toThrow(BackbonePinError);
});
