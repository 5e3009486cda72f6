/**
 * Features kept between trainings, image by image: a second training on the same images runs no extractor.
 *
 * A key is made of what the features are made of, and nothing else: the pixels that the extractor sees (so images,
 * preprocessing and varied copies need no description), the bytes of the graph that computes them (extractor,
 * alignment and transform alike), the backend and the product's version. Whatever changes, changes the key.
 *
 * Layout of an entry, little-endian: `magic` 4 bytes `OPF1` · SHA-256 of everything after it as 64 hex digits ·
 * `channels` D uint32 · float32 patches `[P, D]` · sums over them `[D]` · sums of their squares `[D]`.
 */
import { hashBytes, type Backend, type Store } from '../contract/index.ts';
import { productVersion } from './product-version.ts';

/** Features of one image, and their sums over its patches. */
export interface ImageFeatures {
  /** `[P, D]`. */
  readonly data: Float32Array;
  /** `[D]`. */
  readonly sum: Float32Array;
  /** `[D]`. */
  readonly squares: Float32Array;
}

/** The features that one graph gives, in a store. */
export interface FeatureStore {
  /** The key of an image `[C, H, W]`. */
  keyOf(image: Float32Array): Promise<string>;
  /** `undefined` where there is none, or, with a warning, where it is damaged. */
  get(key: string): Promise<ImageFeatures | undefined>;
  put(key: string, features: ImageFeatures): Promise<void>;
}

export interface FeatureStoreOptions {
  readonly store: Store;
  readonly backend: Backend;
  readonly onWarning?: (message: string) => void;
}

/** @param graph the ONNX bytes that compute the features. */
export async function openFeatureStore(
  graph: Uint8Array,
  { store, backend, onWarning }: FeatureStoreOptions,
): Promise<FeatureStore> {
  const maker = JSON.stringify([await hashBytes(graph), backend.name, productVersion]);
  const makerHash = (await hashBytes(new TextEncoder().encode(maker))).slice(0, keyDigits);
  return {
    keyOf: async (image) => `${(await hashBytes(bytesOf(image))).slice(0, keyDigits)}-${makerHash}.features`,
    async get(key) {
      const bytes = await store.get(key);
      if (bytes === undefined) return undefined;
      const features = await decodeFeatures(bytes);
      if (features === undefined) onWarning?.(`cache entry ${key} is damaged and is made again`);
      return features;
    },
    put: async (key, features) => store.put(key, await encodeFeatures(features)),
  };
}

const keyDigits = 32;
const magic = 0x31_46_50_4f;
const digestStart = 4;
const contentStart = digestStart + 64;
const numbersStart = contentStart + 4;

async function encodeFeatures({ data, sum, squares }: ImageFeatures): Promise<Uint8Array> {
  const parts = [data, sum, squares].map(bytesOf);
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, numbersStart));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(contentStart, sum.length, true);
  let offset = numbersStart;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  bytes.set(new TextEncoder().encode(await hashBytes(bytes.subarray(contentStart))), digestStart);
  return bytes;
}

/** Views on `bytes` where their alignment allows; `undefined` for what `encodeFeatures` did not write. */
async function decodeFeatures(bytes: Uint8Array): Promise<ImageFeatures | undefined> {
  // A view of float32 needs an offset that is a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (aligned.length < numbersStart || aligned.length % 4 !== 0) return undefined;
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  const digest = new TextDecoder().decode(aligned.subarray(digestStart, contentStart));
  if (view.getUint32(0, true) !== magic) return undefined;
  if (digest !== (await hashBytes(aligned.subarray(contentStart)))) return undefined;
  const channels = view.getUint32(contentStart, true);
  const numbers = new Float32Array(
    aligned.buffer,
    aligned.byteOffset + numbersStart,
    (aligned.length - numbersStart) / Float32Array.BYTES_PER_ELEMENT,
  );
  const patches = numbers.length - 2 * channels;
  return {
    data: numbers.subarray(0, patches),
    sum: numbers.subarray(patches, patches + channels),
    squares: numbers.subarray(patches + channels),
  };
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
