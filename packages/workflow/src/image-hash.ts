/** How a manifest names the images that shaped a model. */

/** The first 64 bits of the SHA-256 of the file, as 16 hex digits: enough to recognize an image, too few to find one. */
export function imageHash(fileHash: string): string {
  return fileHash.slice(0, 16);
}
