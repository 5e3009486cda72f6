/**
 * Where images, the model and the page's state lie between visits: the browser's private files of this site. If a
 * browser provides none (private windows of some), everything is held in memory and the page is notified.
 */
import { FileError, type Store } from '@oddpixel/contract';
import { opfsStore } from '@oddpixel/runtime-web';

const folder = 'oddpixel-studio';
const probeKey = 'probe';

export interface Keeper {
  readonly store: Store;
  /** Why nothing is kept; absent if it is. */
  readonly reason?: string;
}

export async function openKeeper(): Promise<Keeper> {
  const store = opfsStore(folder);
  try {
    await store.put(probeKey, new Uint8Array(1));
    await store.delete(probeKey);
    return { store };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { store: memoryStore(), reason: error.message };
  }
}

/** Bytes that live as long as the worker. */
function memoryStore(): Store {
  const kept = new Map<string, Uint8Array>();
  return {
    get: async (key) => kept.get(key),
    put: async (key, bytes) => void kept.set(key, bytes),
    delete: async (key) => void kept.delete(key),
  };
}

export const keys = {
  project: 'project.json',
  model: 'model.onnx',
  image: (id: string): string => `image-${id}`,
  mask: (id: string): string => `mask-${id}`,
  picture: (id: string): string => `picture-${id}`,
  map: (id: string): string => `map-${id}`,
} as const;
