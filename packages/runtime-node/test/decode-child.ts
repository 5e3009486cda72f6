/** Decodes a file in a process of its own, which then says how much memory it took at most, in bytes. */
import { readFile } from 'node:fs/promises';
import { peakMemoryBytes } from '@oddpixel/testing/peak-memory';
import { sharpCodec } from '../src/codec/sharp-codec.ts';

const [, , path, maxDecodedBytes] = process.argv as [string, string, string, string];
const limits = {
  maxFileBytes: 2 ** 28,
  maxPixels: 200_000_000,
  maxDecodedBytes: Number(maxDecodedBytes),
};
const outcome = await sharpCodec()
  .decode(await readFile(path), { limits })
  .then(
    ({ width, height }) => `${width}×${height}`,
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
process.stdout.write(JSON.stringify({ outcome, peak: peakMemoryBytes() }));
