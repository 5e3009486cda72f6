/**
 * Features kept between runs of training, image by image: a second run on the same images runs no backbone.
 *
 * A key is made of what the features are made of, and nothing else: the pixels that the backbone sees (so images,
 * preprocessing and augmented copies need no description), the bytes of the graph that computes them (backbone,
 * alignment and transform alike), the backend and the product's version. Whatever changes, changes the key.
 *
 * Layout of an entry, little-endian: `magic` 4 bytes `OPF1` · SHA-256 of everything after it as 64 hex digits ·
 * float32 patches `[P, D]`.
 */
import { type Backend, type Store, hashBytes } from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';
import { productVersion } from '../model/product-version.ts';

/** The features that one graph gives, in a store. */
export interface FeatureStore {
  /** The key of an image `[C, H, W]`. */
  keyOf(image: Float32Array): Promise<string>;
  /** Patches `[P, D]`; `undefined` if there are none, or, with a warning, if they are damaged. */
  get(key: string): Promise<Float32Array | undefined>;
  put(key: string, features: Float32Array): Promise<void>;
}

export interface FeatureStoreOptions {
  readonly store: Store;
  readonly backend: Backend;
  readonly onWarning?: ((message: string) => void) | undefined;
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
      if (features === undefined) onWarning?.(`cache entry ${key} was damaged and is created again`);
      return features;
    },
    put: async (key, features) => store.put(key, await encodeFeatures(features)),
  };
}

const keyDigits = 32;
const magic = 0x31_46_50_4f;
const digestStart = 4;
const numbersStart = digestStart + 64;

async function encodeFeatures(features: Float32Array): Promise<Uint8Array> {
  const numbers = bytesOf(features);
  const bytes = new Uint8Array(numbersStart + numbers.length);
  new DataView(bytes.buffer).setUint32(0, magic, true);
  bytes.set(new TextEncoder().encode(await hashBytes(numbers)), digestStart);
  bytes.set(numbers, numbersStart);
  return bytes;
}

/** A view of `bytes` if their alignment allows it; `undefined` for what `encodeFeatures` did not write. */
async function decodeFeatures(bytes: Uint8Array): Promise<Float32Array | undefined> {
  // A view of float32 needs an offset that is a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : copyNumbers(bytes);
  if (aligned.length < numbersStart || aligned.length % 4 !== 0) return undefined;
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  if (view.getUint32(0, true) !== magic) return undefined;
  const digest = new TextDecoder().decode(aligned.subarray(digestStart, numbersStart));
  if (digest !== (await hashBytes(aligned.subarray(numbersStart)))) return undefined;
  return new Float32Array(
    aligned.buffer,
    aligned.byteOffset + numbersStart,
    (aligned.length - numbersStart) / Float32Array.BYTES_PER_ELEMENT,
  );
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
