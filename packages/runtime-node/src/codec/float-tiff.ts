/** TIFF files of floating-point numbers: exact in both directions. sharp would make 8 bits of them. */
import { fromArrayBuffer, writeArrayBuffer } from 'geotiff';
import { ImageFormatError, type DecodeOptions, type Raster } from '@oddpixel/model-core/contract';

/** The first image of the file; float64 is rounded to float32. @throws ImageFormatError */
export async function decodeFloatTiff(bytes: Uint8Array, { fileName }: DecodeOptions): Promise<Raster> {
  try {
    const tiff = await fromArrayBuffer(Uint8Array.from(bytes).buffer);
    const image = await tiff.getImage(0);
    const data = await image.readRasters({ interleave: true });
    const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
    return {
      width: image.getWidth(),
      height: image.getHeight(),
      channels: image.getSamplesPerPixel(),
      data: values,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageFormatError(
      { ...(fileName !== undefined && { file: fileName }), problem: `the float TIFF is damaged (${reason})` },
      { cause },
    );
  }
}

/** One float32 sample per channel, uncompressed. */
export async function encodeFloatTiff({ width, height, channels, data }: Raster): Promise<Uint8Array> {
  const file = await writeArrayBuffer(data as Float32Array, {
    width,
    height,
    SamplesPerPixel: channels,
    BitsPerSample: Array<number>(channels).fill(32),
    SampleFormat: Array<number>(channels).fill(3),
    PhotometricInterpretation: channels === 3 ? 2 : 1,
    PlanarConfiguration: 1,
  });
  return new Uint8Array(file);
}
