/** The first directory of a TIFF, looked at before a library spends memory on what it claims (TIFF 6.0; BigTIFF). */

/** Bytes of one value, by the type's number. */
const typeBytes: readonly number[] = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8];

/** True if all values of the first directory lie inside the file. @throws RangeError if it is cut off. */
export function isDirectoryInside(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = view.getUint16(0) === 0x4949;
  const isBig = view.getUint16(2, isLittle) === 43;
  const readOffset = (at: number): number =>
    isBig ? Number(view.getBigUint64(at, isLittle)) : view.getUint32(at, isLittle);
  const directory = readOffset(isBig ? 8 : 4);
  const count = isBig ? readOffset(directory) : view.getUint16(directory, isLittle);
  const [first, entryBytes, inlineBytes] = isBig ? [directory + 8, 20, 8] : [directory + 2, 12, 4];
  if (first + count * entryBytes > bytes.length) return false;
  for (let i = 0; i < count; i++) {
    const at = first + i * entryBytes;
    const size = (typeBytes[view.getUint16(at + 2, isLittle)] ?? 1) * readOffset(at + 4);
    if (size <= inlineBytes) continue;
    if (readOffset(at + 4 + inlineBytes) + size > bytes.length) return false;
  }
  return true;
}
