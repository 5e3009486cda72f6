/** The run lengths of BMP files (RLE8 and RLE4): pairs of a count and a colour, or an escape. */

/** What follows a count of zero; larger numbers count pixels that are stored one by one. */
const [endOfRow, endOfImage, move] = [0, 1, 2];

/**
 * One palette index per pixel, rows in the order of the file. Pixels that the runs skip have index 0.
 *
 * @returns `undefined` if the runs end before the image does.
 */
export function expandRunLengths(
  runs: Uint8Array,
  { width, height, bits }: { readonly width: number; readonly height: number; readonly bits: number },
): Uint8Array | undefined {
  const pixels = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, 0];
  const put = (index: number): void => {
    // Runs beyond the end of a row are cut, as all readers do.
    if (x < width && y < height) pixels[y * width + x] = index;
    x++;
  };
  /** The index of pixel `i` of a run: RLE4 has two in a byte, the left one in the upper half. */
  const indexIn = (byte: number, i: number): number =>
    bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15;
  while (y < height) {
    const [count, value] = [runs[at], runs[at + 1]];
    if (count === undefined || value === undefined) return undefined;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(indexIn(value, i));
    } else if (value === endOfRow) {
      [x, y] = [0, y + 1];
    } else if (value === endOfImage) {
      return pixels;
    } else if (value === move) {
      x += runs[at] ?? 0;
      y += runs[at + 1] ?? 0;
      at += 2;
    } else {
      const bytes = Math.ceil((value * bits) / 8);
      if (at + bytes > runs.length) return undefined;
      for (let i = 0; i < value; i++) put(indexIn(runs[at + ((i * bits) >> 3)] as number, i));
      // Padded to an even number of bytes.
      at += bytes + (bytes % 2);
    }
  }
  return pixels;
}
