/** Bytes that outlive a visit, in the browser's private file system of this site (OPFS). */
import { type Store } from '@oddpixel/contract';
import { checkStoreKey } from '@oddpixel/contract/unstable';
import { fileError } from './file-errors.ts';
import { plainBytes } from './plain-bytes.ts';

/**
 * The first byte of every file. A file is made empty before anything can be written to it, so one without this mark
 * is one that nobody has finished.
 */
const whole = 1;

/**
 * Bytes under keys, one file each, in the folder `name`, which is made when the first one is put. Keys are as in
 * Node's `diskStore`. Safe with several pages and workers: a file is written beside the old one and takes its place
 * when it is whole. A lock keeps readers away meanwhile, since Chromium's exchange has a moment without any file.
 * Browsers may throw everything away when they need room, unless `navigator.storage.persist()` was granted.
 */
export function opfsStore(name: string): Store {
  checkStoreKey(name, 'name');

  async function folder(create: boolean): Promise<FileSystemDirectoryHandle> {
    // Typed as present, but absent in pages that were not loaded by https.
    const storage: StorageManager | undefined = navigator.storage;
    if (storage === undefined) throw new DOMException('', 'SecurityError');
    const root = await storage.getDirectory();
    return root.getDirectoryHandle(name, { create });
  }

  /** Runs a call on one key: reading beside other readers, everything else alone. */
  async function locked<T>(
    key: string,
    operation: 'read' | 'write' | 'delete',
    call: () => Promise<T>,
  ): Promise<T | undefined> {
    const path = `${name}/${checkStoreKey(key)}`;
    try {
      const locks: LockManager | undefined = navigator.locks;
      if (locks === undefined) throw new DOMException('', 'SecurityError');
      const mode = operation === 'read' ? 'shared' : 'exclusive';
      return await locks.request(`oddpixel-store:${path}`, { mode }, call);
    } catch (cause) {
      const isAbsent = cause instanceof DOMException && cause.name === 'NotFoundError';
      if (isAbsent && operation !== 'write') return undefined;
      throw fileError(path, operation === 'read' ? 'read' : 'write', cause);
    }
  }

  return {
    get: (key) =>
      locked(key, 'read', async () => {
        const handle = await (await folder(false)).getFileHandle(key);
        const bytes = await (await handle.getFile()).arrayBuffer();
        const isWhole = bytes.byteLength > 0 && new Uint8Array(bytes)[0] === whole;
        return isWhole ? new Uint8Array(bytes.slice(1)) : undefined;
      }),
    put: (key, bytes) =>
      locked(key, 'write', async () => {
        const handle = await (await folder(true)).getFileHandle(key, { create: true });
        // Writes go to a copy, which takes the file's place when it is closed and vanishes when it is not.
        const writer = await handle.createWritable();
        try {
          await writer.write(Uint8Array.of(whole));
          await writer.write(plainBytes(bytes));
        } catch (cause) {
          await writer.abort().catch(() => {});
          throw cause;
        }
        await writer.close();
      }),
    delete: (key) => locked(key, 'delete', async () => (await folder(false)).removeEntry(key)),
  };
}
