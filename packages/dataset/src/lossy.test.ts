import { expect, test } from 'vitest';
import { hashBytes } from '@oddpixel/contract';
import { isLossyFile } from './lossy.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

test.each([
  ['\xff\xd8\xff\xe0', true],
  ['\x89PNG\r\n\x1a\n', false],
  ['RIFF\0\0\0\0WEBPVP8 ', true],
  ['RIFF\0\0\0\0WEBPVP8L', false],
  [`RIFF\0\0\0\0WEBPVP8X${'\0'.repeat(14)}ALPH\0\0\0\0VP8 `, true],
  [`RIFF\0\0\0\0WEBPVP8X${'\0'.repeat(14)}VP8L`, false],
  ['\0\0\0\x1cftypavif', true],
  ['\0\0\0\x1cftypmp42', false],
  ['', false],
])('isLossyFile recognizes files by content: %j', (text, lossy) => {
  expect(isLossyFile(bytes(text))).toBe(lossy);
});

test('hashBytes computes SHA-256, even from shared memory', async () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await hashBytes(bytes('abc'))).toBe(expected);
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set(bytes('abc'));
  expect(await hashBytes(shared)).toBe(expected);
});
