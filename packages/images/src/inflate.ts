/** zlib streams through the host's own decompressor, within a bound: a small file may claim to hold gigabytes. */

/** Compressed bytes at a time. Deflate grows at most 1,032-fold, so a piece of 16 KiB gives 16 MiB at most. */
const pieceBytes = 16 * 1024;

/**
 * `length` bytes from a zlib stream that comes in parts, or fewer if that is allowed.
 *
 * @throws Error if the stream is damaged, or has fewer or more bytes.
 */
export async function inflate(
  parts: readonly Uint8Array[],
  length: number,
  { mayBeShorter = false }: { readonly mayBeShorter?: boolean } = {},
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const reader = pieces(parts).pipeThrough(new DecompressionStream('deflate')).getReader();
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > length) {
      await reader.cancel().catch(() => {});
      throw new Error(`it holds more than the ${length} bytes that its size needs`);
    }
    bytes.set(value, filled);
    filled += value.length;
  }
  if (mayBeShorter) return bytes.subarray(0, filled);
  if (filled < length) throw new Error(`it holds ${filled} of ${length} bytes`);
  return bytes;
}

function pieces(parts: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let [part, at] = [0, 0];
  return new ReadableStream({
    pull(controller): void {
      while (part < parts.length && at >= (parts[part] as Uint8Array).length) [part, at] = [part + 1, 0];
      const bytes = parts[part];
      if (bytes === undefined) return controller.close();
      // A copy: streams may take the memory of what they are given.
      controller.enqueue(bytes.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
}
