import { hostTensor, ImageFormatError, type PreprocessedSample } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { decodeSample, encodeSample } from './sample-bytes.ts';

const sample: PreprocessedSample = {
  imageId: 12,
  image: hostTensor(
    'float32',
    [2, 3, 5],
    Float32Array.from({ length: 30 }, (_, i) => i / 7 - 1),
  ),
  geometry: {
    sourceWidth: 50,
    sourceHeight: 40,
    box: { x: 1, y: 2, width: 30, height: 20 },
    width: 5,
    height: 3,
    domain: { width: 5, height: 3, runs: Int32Array.of(0, 1, 4, 2, 0, 5) },
  },
};

describe('stored samples', () => {
  test('are restored exactly, from any position in a buffer', () => {
    const bytes = encodeSample(sample);
    expect(decodeSample(bytes)).toEqual(sample);
    const { domain: _, ...geometry } = sample.geometry;
    const plain = { image: sample.image, geometry };
    expect(decodeSample(encodeSample(plain))).toEqual(plain);
    for (const offset of [1, 2, 3, 4]) {
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      expect(decodeSample(shifted.subarray(offset))).toEqual(sample);
      expect(decodeSample(Buffer.from(shifted.buffer, offset))).toEqual(sample);
    }
  });

  test('are refused if truncated or damaged', () => {
    const bytes = encodeSample(sample);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSample(bytes.slice(0, length))).toThrow(ImageFormatError);
      // Written in part: the rest is still zeros.
      const torn = bytes.slice().fill(0, length);
      if (!torn.every((byte, i) => byte === bytes[i])) {
        expect(() => decodeSample(torn)).toThrow(ImageFormatError);
      }
    }
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
      expect(() => decodeSample(flipped)).toThrow(ImageFormatError);
    }
    expect(() => decodeSample(new Uint8Array([...bytes, 0, 0, 0, 0]))).toThrow(ImageFormatError);
  });
});
