import sharp from 'sharp';
import { OddpixelError, type Raster } from '@oddpixel/contract';
import { sharpCodec } from '@oddpixel/runtime-node';
import { height, picture, width } from '../fixture.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Proof } from '../proof.ts';

const limits = { maxPixels: 1_000_000, maxFileBytes: 1_000_000 };

export const images: Proof = {
  name: 'images',
  claim: 'a damaged image of any format is a whole raster or a typed error',
  rounds: 100_000,
  shortRounds: 400,
  async open() {
    const files = await corpus();
    const codecs = [sharpCodec(), sharpCodec({ acceptDamaged: true })];
    return {
      async round({ random }) {
        const [format, bytes] = files[random.integer(files.length)] as readonly [string, Uint8Array];
        const mutant = mutateBytes(bytes, random);
        const codec = codecs[random.integer(2)] as (typeof codecs)[number];
        try {
          check(await codec.decode(mutant, { limits, fileName: `mutant.${format}` }));
          return 'decoded';
        } catch (error) {
          if (error instanceof OddpixelError) return 'refused';
          throw error;
        }
      },
    };
  },
};

function check({ width: columns, height: rows, channels, data }: Raster): void {
  if (columns * rows > limits.maxPixels || data.length !== columns * rows * channels) {
    throw new Error(`a raster of ${columns}×${rows}×${channels} with ${data.length} values`);
  }
}

async function corpus(): Promise<(readonly [string, Uint8Array])[]> {
  const { data } = picture(1);
  const raw = { width, height, channels: 3 as const };
  const image = () => sharp(data as Uint8Array, { raw });
  const files: (readonly [string, Promise<Uint8Array> | Uint8Array])[] = [
    ['png', image().png().toBuffer()],
    ['png', image().png({ progressive: true }).toBuffer()],
    ['png', image().png({ palette: true }).toBuffer()],
    ['png', image().toColourspace('grey16').png().toBuffer()],
    ['jpg', image().jpeg().toBuffer()],
    ['jpg', image().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
    ['jpg', image().toColourspace('b-w').jpeg().toBuffer()],
    [
      'jpg',
      image()
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Orientation: '6' } })
        .toBuffer(),
    ],
    ['webp', image().webp().toBuffer()],
    ['webp', image().webp({ lossless: true }).toBuffer()],
    [
      'webp',
      image()
        .withExif({ IFD0: { Orientation: '8' } })
        .webp()
        .toBuffer(),
    ],
    ['gif', image().gif().toBuffer()],
    ['gif', image().gif({ progressive: true }).toBuffer()],
    ['avif', image().avif({ effort: 0 }).toBuffer()],
    ...(['none', 'lzw', 'deflate', 'packbits', 'jpeg'] as const).map(
      (compression) => ['tif', image().tiff({ compression }).toBuffer()] as const,
    ),
    ['tif', image().tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: 'lzw' }).toBuffer()],
    ['bmp', bitmap(data as Uint8Array)],
    ['ppm', join(`P6 ${width} ${height} 255\n`, data as Uint8Array)],
    [
      'pgm',
      join(`P5\n# made here\n${width} ${height}\n255\n`, (data as Uint8Array).subarray(0, width * height)),
    ],
  ];
  return Promise.all(files.map(async ([format, bytes]) => [format, new Uint8Array(await bytes)] as const));
}

function join(header: string, pixels: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(header), pixels]);
}

/** 24-bit BMP; rows of 64 × 3 bytes need no padding. */
function bitmap(pixels: Uint8Array): Uint8Array {
  const file = Buffer.alloc(54 + pixels.length);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.set(pixels, 54);
  return file;
}
