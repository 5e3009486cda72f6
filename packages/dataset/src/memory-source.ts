/** A tree of files in memory: an unpacked archive, files dropped on a page, a test. */
import { FileError, LimitExceededError, type FileEntry, type FileSource } from '@oddpixel/contract';
import { compareText } from './paths.ts';

/**
 * @param files bytes by path, relative, with `/`.
 * @param name what messages call it.
 */
export function memoryFileSource(
  files: ReadonlyMap<string, Uint8Array>,
  name: string = 'files in memory',
): FileSource {
  const bytesOf = (path: string): Uint8Array => {
    const bytes = files.get(path);
    if (bytes === undefined) {
      throw new FileError({ path, operation: 'read', reason: 'there is no such file' });
    }
    return bytes;
  };
  return {
    name,
    async *list(path) {
      const prefix = path === '' ? '' : `${path}/`;
      const entries = new Map<string, FileEntry>();
      for (const [file, bytes] of files) {
        if (!file.startsWith(prefix)) continue;
        const slash = file.indexOf('/', prefix.length);
        const child = slash < 0 ? file : file.slice(0, slash);
        entries.set(
          child,
          slash < 0
            ? { path: child, kind: 'file', sizeBytes: bytes.length }
            : { path: child, kind: 'directory' },
        );
      }
      if (entries.size === 0 && path !== '') {
        throw new FileError({ path, operation: 'list', reason: 'there is no such folder' });
      }
      yield* [...entries.values()].sort((a, b) => compareText(a.path, b.path));
    },
    async read(path, { maxBytes = Number.POSITIVE_INFINITY, limitName = 'maxBytes' } = {}) {
      const bytes = bytesOf(path);
      if (bytes.length > maxBytes) {
        throw new LimitExceededError({
          what: path,
          limit: maxBytes,
          received: bytes.length,
          unit: 'bytes',
          fix: `Raise \`${limitName}\` if the file is trusted.`,
        });
      }
      return bytes;
    },
    readHead: async (path, byteCount) => bytesOf(path).subarray(0, byteCount),
  };
}
