/** Reads a regular file of at most 2 GiB − 1; its size is checked first, pipes and devices are refused at once. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Beyond it, no backbone can be. */
const maxBytes = 2 ** 31 - 1;

export async function readFileBounded(path: string): Promise<Uint8Array> {
  // Without O_NONBLOCK, opening a pipe would wait until a writer opens it.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const information = await file.stat();
    if (!information.isFile()) throw new Error(`${path} is not a regular file`);
    if (information.size > maxBytes) {
      throw new Error(`${path} has ${information.size} bytes; the limit is ${maxBytes}`);
    }
    const bytes = new Uint8Array(information.size);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, null);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
