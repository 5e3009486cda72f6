/** Content hashes, by the hash function that Node and browsers bring along (browsers: on secure pages only). */

/** SHA-256 of the bytes, as 64 lower-case hex digits. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  // The interface asks for memory that is not shared between threads; copying is only needed if it is.
  const own =
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', own));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** False on pages that came neither by https nor from localhost: `hashBytes` fails there. */
export function canHash(): boolean {
  return (globalThis as { readonly crypto?: { readonly subtle?: unknown } }).crypto?.subtle !== undefined;
}
