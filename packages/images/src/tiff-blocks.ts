/**
 * The strips and tiles of a TIFF, expanded within the bytes that their size allows. geotiff's own LZW follows damaged
 * codes without end, until the process dies, and its deflate takes whatever comes.
 */
import type { BaseDecoder, GeoTIFFImage, Pool } from 'geotiff';
import { inflate } from './inflate.ts';
import { inflateDamaged } from './inflate-damaged.ts';
import { expandLzw, expandPackBits } from './tiff-compression.ts';

/** Values of the tag Compression, and how many bytes one byte can become. */
const lzw = { codes: [5], growth: 4096 };
const deflate = { codes: [8, 32_946], growth: 1032 };
const packBits = { codes: [32_773], growth: 64 };

/** No compression, and JPEG. */
const trusted: readonly number[] = [1, 7];

type Parameters = BaseDecoder['parameters'];

/**
 * All values of the first image, interleaved.
 *
 * @param onDamage called with what is wrong, once; what cannot be read is zero then. Absent: damage is an error.
 */
export async function readBlocks(
  image: GeoTIFFImage,
  onDamage?: (reason: string) => void,
): Promise<ArrayLike<number>> {
  if (onDamage === undefined) return expandBlocks(image, false);
  try {
    return await expandBlocks(image, false);
  } catch (cause) {
    onDamage(
      cause instanceof RangeError ? 'a strip or tile holds too little' : String((cause as Error).message),
    );
    return expandBlocks(image, true);
  }
}

async function expandBlocks(image: GeoTIFFImage, mayBeDamaged: boolean): Promise<ArrayLike<number>> {
  const { BaseDecoder, getDecoder } = await import('geotiff');
  await checkBlocks(image);
  const largest = blockBytes(image);

  class BoundedDecoder extends BaseDecoder {
    readonly #compression: number;
    constructor(compression: number, parameters: Parameters) {
      super(parameters);
      this.#compression = compression;
    }
    override async decodeBlock(buffer: ArrayBufferLike): Promise<ArrayBufferLike> {
      if (!mayBeDamaged) return this.#expand(buffer);
      const expanded = await this.#expand(buffer).catch(() => new ArrayBuffer());
      if (expanded.byteLength >= largest) return expanded;
      const whole = new Uint8Array(largest);
      whole.set(new Uint8Array(expanded));
      return whole.buffer;
    }
    async #expand(buffer: ArrayBufferLike): Promise<ArrayBufferLike> {
      const bytes = new Uint8Array(buffer);
      const limit = (growth: number): number => Math.min(largest, bytes.length * growth);
      // The libraries' other decoders are trusted: raw bytes, and JPEG, whose size was looked at.
      if (lzw.codes.includes(this.#compression)) {
        return expandLzw(bytes, limit(lzw.growth), mayBeDamaged).slice().buffer;
      }
      if (packBits.codes.includes(this.#compression)) {
        return expandPackBits(bytes, limit(packBits.growth)).slice().buffer;
      }
      if (deflate.codes.includes(this.#compression)) {
        if (mayBeDamaged) return inflateDamaged([bytes], largest).slice().buffer;
        return (await inflate([bytes], limit(deflate.growth), { mayBeShorter: true })).slice().buffer;
      }
      // Others expand without a bound.
      if (!trusted.includes(this.#compression)) {
        throw new Error(`its compression ${this.#compression} is not supported; save it with LZW or deflate`);
      }
      const decoder = await getDecoder(this.#compression, this.parameters);
      return decoder.decodeBlock(buffer);
    }
  }

  // Of a pool of workers, geotiff asks for this alone.
  const pool = {
    bindParameters: (compression: number, parameters: Parameters) =>
      new BoundedDecoder(compression, parameters),
  } as unknown as Pool;
  return (await image.readRasters({ interleave: true, pool })) as ArrayLike<number>;
}

/** As many blocks as the size asks for: geotiff goes through them without looking whether they are there. */
async function checkBlocks(image: GeoTIFFImage): Promise<void> {
  const tags = image.getFileDirectory();
  const kind = image.isTiled ? 'Tile' : 'Strip';
  const offsets = (await tags.loadValue(`${kind}Offsets`))?.length ?? 0;
  const sizes = (await tags.loadValue(`${kind}ByteCounts`))?.length ?? 0;
  const planes = tags.getValue('PlanarConfiguration') === 2 ? image.getSamplesPerPixel() : 1;
  const across = Math.ceil(image.getWidth() / image.getTileWidth());
  const down = Math.ceil(image.getHeight() / image.getTileHeight());
  const needed = across * down * planes;
  // Not a number, or infinite, if a block has no size.
  if (!(needed > 0 && needed <= offsets && needed <= sizes)) {
    throw new Error(`it has ${Math.min(offsets, sizes)} of ${needed} blocks`);
  }
}

function blockBytes(image: GeoTIFFImage): number {
  const channels = image.getSamplesPerPixel();
  const bits = Array.from({ length: channels }, (_, i) => image.getBitsPerSample(i) || 1);
  // Planes lie apart or the values of a pixel together; the second is the larger.
  const perPixel = bits.reduce((sum, value) => sum + value, 0);
  const rows = image.isTiled ? image.getTileHeight() : Math.min(image.getTileHeight(), image.getHeight());
  return Math.ceil((image.getBlockWidth() * perPixel) / 8) * rows;
}
