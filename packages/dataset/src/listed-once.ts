/** Looking at a file source from several sides, as if it stood still. */
import type { FileEntry, FileSource } from '@oddpixel/contract';

/**
 * The same source; what it once returned for folders and for the beginnings of files is returned again without reading. For a task
 * that ends soon: what it returned is kept and does not follow changes.
 */
export function listedOnce(source: FileSource): FileSource {
  const { readHead, identify } = source;
  const entries = once(async (path: string): Promise<readonly FileEntry[]> => {
    const all: FileEntry[] = [];
    for await (const entry of source.list(path)) all.push(entry);
    return all;
  });
  const listed: FileSource = {
    name: source.name,
    async *list(path) {
      yield* await entries(path);
    },
    read: (path, options) => source.read(path, options),
  };
  if (identify) listed.identify = once((path) => identify.call(source, path));
  if (readHead) listed.readHead = onceForLength((path, count) => readHead.call(source, path, count));
  return listed;
}

function once<T>(ask: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (path) => {
    const known = answers.get(path) ?? ask(path);
    answers.set(path, known);
    return known;
  };
}

function onceForLength<T>(
  ask: (path: string, count: number) => Promise<T>,
): (path: string, count: number) => Promise<T> {
  const byCount = new Map<number, (path: string) => Promise<T>>();
  return (path, count) => {
    const known = byCount.get(count) ?? once((asked) => ask(asked, count));
    byCount.set(count, known);
    return known(path);
  };
}
