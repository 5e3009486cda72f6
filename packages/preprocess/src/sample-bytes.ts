/**
 * Preprocessed samples as bytes, for a cache.
 *
 * Layout, little-endian: `magic` 4 bytes `OPS1` · `checksum` uint32 over everything after it · `headerBytes` uint32 ·
 * header as UTF-8 JSON, padded with spaces to a multiple of 4 · float32 pixels `[C, H, W]`. The checksum finds torn
 * and damaged files; it is no protection against somebody who forges one. Not an exchange format: a new version of
 * it just makes old entries unreadable.
 */
import {
  hostTensor,
  ImageFormatError,
  type ImageGeometry,
  type PreprocessedSample,
  type SourceForm,
} from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';

const magic = 0x31_53_50_4f;
const prefixBytes = 12;

interface Header {
  readonly dims: readonly [number, number, number];
  readonly imageId?: number | undefined;
  readonly geometry: Omit<ImageGeometry, 'domain'>;
  readonly domainRuns?: readonly number[] | undefined;
  readonly source?: SourceForm | undefined;
  readonly notes?: readonly SampleNote[] | undefined;
}

/** What was noticed when the sample was made, in words that hold for any name of its file. */
export interface SampleNote {
  readonly code: string;
  readonly text: string;
}

/** The sample as bytes that `decodeSample` reads back exactly. */
export function encodeSample(sample: PreprocessedSample, notes: readonly SampleNote[] = []): Uint8Array {
  const { domain, ...geometry } = sample.geometry;
  const header: Header = {
    dims: sample.image.dims as Header['dims'],
    imageId: sample.imageId,
    geometry,
    domainRuns: domain && [...domain.runs],
    source: sample.source,
    notes: notes.length > 0 ? notes : undefined,
  };
  let json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length % 4 !== 0) {
    const padded = new Uint8Array(json.length + 4 - (json.length % 4)).fill(0x20);
    padded.set(json);
    json = padded;
  }
  const pixels = sample.image.data;
  const bytes = new Uint8Array(prefixBytes + json.length + pixels.byteLength);
  bytes.set(json, prefixBytes);
  bytes.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), prefixBytes + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(8, json.length, true);
  view.setUint32(4, checksum(bytes), true);
  return bytes;
}

/**
 * The sample that `encodeSample` wrote. Its pixels are a view on `bytes` if their alignment allows it.
 *
 * @throws ImageFormatError when the bytes are torn, damaged or of another version: treat the entry as absent.
 */
export function decodeSample(bytes: Uint8Array): PreprocessedSample {
  // A view of float32 needs an offset that is a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : copyNumbers(bytes);
  if (aligned.length < prefixBytes || aligned.length % 4 !== 0) throw damaged('it is cut off');
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  if (view.getUint32(0, true) !== magic) throw damaged('it is of another kind or version');
  if (view.getUint32(4, true) !== checksum(aligned)) throw damaged('its checksum is wrong');
  const headerBytes = view.getUint32(8, true);
  const header = parseHeader(aligned.subarray(prefixBytes, prefixBytes + headerBytes));
  const offset = prefixBytes + headerBytes;
  const [channels, height, width] = header.dims;
  const count = channels * height * width;
  if (offset + count * 4 !== aligned.length) throw damaged('its size does not match its header');
  const pixels = new Float32Array(aligned.buffer, aligned.byteOffset + offset, count);
  const { domainRuns, geometry, source } = header;
  return {
    imageId: header.imageId,
    image: hostTensor('float32', [channels, height, width], pixels),
    geometry: domainRuns
      ? {
          ...geometry,
          domain: { width: geometry.width, height: geometry.height, runs: Int32Array.from(domainRuns) },
        }
      : geometry,
    source,
  };
}

/** What `encodeSample` was given beside the sample; `bytes` are those that `decodeSample` took. */
export function decodeNotes(bytes: Uint8Array): readonly SampleNote[] {
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  return parseHeader(bytes.subarray(prefixBytes, prefixBytes + headerBytes)).notes ?? [];
}

function parseHeader(bytes: Uint8Array): Header {
  try {
    // The checksum held, so this is what encodeSample wrote.
    return JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch (error) {
    throw damaged('its header is not JSON', error);
  }
}

/** Mixes all 32-bit words after the checksum field (the body of MurmurHash3): four bytes a step, quick for megabytes. */
function checksum(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  let hash = words.length;
  for (let i = 2; i < words.length; i++) {
    let word = Math.imul(words[i] as number, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  return hash >>> 0;
}

function damaged(problem: string, cause?: unknown): ImageFormatError {
  return new ImageFormatError({ file: 'Stored sample', problem }, { cause });
}
