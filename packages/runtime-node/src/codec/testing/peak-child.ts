/** Decodes one file and prints its size and the memory that this took at most. Run by tests as a process. */
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { sharpCodec } from '../sharp-codec.ts';

const bytes = await readFile(process.argv[2] as string);
// What loading the library takes is not counted.
const plain = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'red' } })
  .png()
  .toBuffer();
await sharpCodec().decode(plain);
deflateSync(plain);
const before = process.resourceUsage().maxRSS;
const { width, height } = await sharpCodec().decode(bytes);
const peakBytes = 1024 * (process.resourceUsage().maxRSS - before);
process.stdout.write(JSON.stringify({ width, height, peakBytes }));
