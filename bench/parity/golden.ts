/** The golden set: our own apples as files of every kind that people have. Made on the fly; nothing is stored. */
import sharp, { type Sharp } from 'sharp';
import { renderApple } from '@oddpixel/dataset/apples';
import type { Raster } from '@oddpixel/contract';
import { sharpCodec } from '@oddpixel/runtime-node';

export interface GoldenImage {
  readonly name: string;
  /** Formats that keep what was written: every decoder must give the same pixels. */
  readonly isLossless: boolean;
  readonly file: Uint8Array;
}

/** Odd numbers, so that halved colour planes, interlacing and padded rows have something left over at the borders. */
const width = 151;
const height = 101;

type Encode = (apple: Raster) => Promise<Uint8Array>;

const lossless: Readonly<Record<string, Encode>> = {
  'PNG, RGB': written((image) => image.png()),
  'PNG, gray': written((image) => image.toColourspace('b-w').png()),
  'PNG, palette': written((image) => image.png({ palette: true, colours: 32 })),
  'PNG, RGBA, opaque': (apple) =>
    toSharp(withAlpha(apple, () => 255))
      .png()
      .toBuffer(),
  'PNG, RGBA, semi-transparent': (apple) => toSharp(withAlpha(apple, fading)).png().toBuffer(),
  'PNG, gray and alpha': (apple) =>
    toSharp(withAlpha(gray(apple), fading))
      .toColourspace('b-w')
      .png()
      .toBuffer(),
  'PNG, gray, 16 bits': (apple) => sharpCodec().encode(deep(gray(apple)), 'png'),
  'PNG, RGB, 16 bits': (apple) => sharpCodec().encode(deep(apple), 'png'),
  'PNG, interlaced': written((image) => image.png({ progressive: true })),
  'PNG, Display P3': written((image) => image.withIccProfile('p3').png()),
  'WebP, lossless': written((image) => image.webp({ lossless: true })),
  'TIFF, 8 bits': written((image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' })),
  'TIFF, float': (apple) => sharpCodec().encode(float(apple), 'tiff'),
  BMP: (apple) => Promise.resolve(bmp(apple)),
};

const lossy: Readonly<Record<string, Encode>> = {
  'JPEG, 4:4:4': written((image) => image.jpeg({ quality: 90, chromaSubsampling: '4:4:4' })),
  'JPEG, 4:2:0': written((image) => image.jpeg({ quality: 90, chromaSubsampling: '4:2:0' })),
  'JPEG, progressive': written((image) => image.jpeg({ progressive: true })),
  'JPEG, gray': written((image) => image.toColourspace('b-w').jpeg()),
  'JPEG, quality 60': written((image) => image.jpeg({ quality: 60 })),
  'JPEG, CMYK': written((image) => image.toColourspace('cmyk').jpeg({ quality: 90 })),
  'JPEG, Display P3': written((image) => image.withIccProfile('p3').jpeg({ quality: 90 })),
  'JPEG, orientation 3': written((image) => image.rotate(180).withMetadata({ orientation: 3 }).jpeg()),
  'JPEG, orientation 6': written((image) => image.rotate(270).withMetadata({ orientation: 6 }).jpeg()),
  'JPEG, orientation 8': written((image) => image.rotate(90).withMetadata({ orientation: 8 }).jpeg()),
  'WebP, lossy': written((image) => image.webp({ quality: 90 })),
};

/** All names, lossless formats first. */
export const goldenNames: readonly string[] = [...Object.keys(lossless), ...Object.keys(lossy)];

/** Good and odd apples in turn, one of a kind each. @param names which of `goldenNames`. */
export async function goldenImages(names: readonly string[]): Promise<GoldenImage[]> {
  const images: GoldenImage[] = [];
  for (const [number, name] of goldenNames.entries()) {
    const encode = lossless[name] ?? lossy[name];
    if (encode === undefined || !names.includes(name)) continue;
    images.push({ name, isLossless: name in lossless, file: await encode(goldenApple(number)) });
  }
  return images;
}

/** @param number even: a good apple; odd: one with a flaw. */
function goldenApple(number: number): Raster {
  const flaw = number % 2 === 1 && ({ defect: 'sticker' } as const);
  return renderApple({ ...flaw, seed: 500 + number, variety: 'red', width, height }).raster;
}

/** Good apples to train on: other ones. */
export function goodApples(count: number): Raster[] {
  return Array.from(
    { length: count },
    (_, i) => renderApple({ seed: i, variety: 'red', width, height }).raster,
  );
}

function toSharp({ data, channels }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } });
}

function written(write: (image: Sharp) => Sharp): Encode {
  return (apple) => write(toSharp(apple)).toBuffer();
}

function gray({ data, ...apple }: Raster): Raster {
  const values = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(((data[3 * i] ?? 0) + 2 * (data[3 * i + 1] ?? 0) + (data[3 * i + 2] ?? 0)) / 4),
  );
  return { ...apple, channels: 1, data: values };
}

/** @param alpha by the pixel's number. */
function withAlpha({ data, channels, ...apple }: Raster, alpha: (pixel: number) => number): Raster {
  const count = channels + 1;
  const values = Uint8Array.from({ length: width * height * count }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / count), i % count];
    return channel === channels ? alpha(pixel) : (data[pixel * channels + channel] ?? 0);
  });
  return { ...apple, channels: count, data: values, hasAlpha: true };
}

/** From opaque on the left to invisible on the right. */
function fading(pixel: number): number {
  return 255 - Math.floor((255 * (pixel % width)) / (width - 1));
}

/** 16 bits that 8 cannot hold. */
function deep({ data, ...apple }: Raster): Raster {
  return {
    ...apple,
    data: Uint16Array.from(data, (value, i) => 257 * value + ((i * 31) % 200) * +(value < 255)),
  };
}

/** 0 to 1, between the steps of 8 bits. */
function float({ data, ...apple }: Raster): Raster {
  return { ...apple, data: Float32Array.from(data, (value, i) => (value + ((i * 31) % 97) / 97) / 256) };
}

/** 24 bits, rows from the bottom up and padded to four bytes (BITMAPINFOHEADER), which sharp does not write. */
function bmp({ data }: Raster): Uint8Array {
  const [start, rowBytes] = [54, 4 * Math.ceil((3 * width) / 4)];
  const file = Buffer.alloc(start + rowBytes * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    file[start + (height - 1 - y) * rowBytes + 3 * x + 2 - (i % 3)] = data[i] ?? 0;
  }
  return file;
}
