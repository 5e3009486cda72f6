/** Images to try the page on. */
import { crc32 } from 'node:zlib';
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import { sharpCodec } from '@oddpixel/runtime-node';

/** A file as Playwright puts it into a file input. */
export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Small apples; `suspects` are good ones first, then odd ones. */
export async function appleFiles(counts: {
  good: number;
  suspectGood: number;
  suspectOdd: number;
}): Promise<{ good: TestFile[]; suspects: TestFile[] }> {
  const codec = sharpCodec();
  const good: TestFile[] = [];
  const suspects: TestFile[] = [];
  const apples = renderAppleDataset({
    width: 128,
    height: 96,
    train: counts.good,
    testGood: counts.suspectGood,
    testDefect: counts.suspectOdd,
  });
  for (const { path, raster } of apples) {
    const file = {
      name: path.replaceAll('/', '-'),
      mimeType: 'image/png',
      buffer: Buffer.from(await codec.encode(raster, 'png')),
    };
    (path.startsWith('train/') ? good : suspects).push(file);
  }
  return { good, suspects };
}

/** A PNG whose header states this size, without pixels. */
export function hollowPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(0)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
