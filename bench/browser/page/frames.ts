/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="dom.asynciterable" />
/** Frames as a camera gives them: brightness in full, colours in quarter resolution. */

/** Several in turn: the browser caches the conversion of a frame that is used twice. */
export async function cameraFrames(urls: readonly string[]): Promise<VideoFrame[]> {
  return Promise.all(urls.map(cameraFrame));
}

async function cameraFrame(url: string): Promise<VideoFrame> {
  const bitmap = await createImageBitmap(await (await fetch(url)).blob());
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  const data = toI420(context.getImageData(0, 0, width, height));
  return new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
}

/** ITU-R BT.601, limited range; width and height are even. */
function toI420({ width, height, data }: ImageData): Uint8Array<ArrayBuffer> {
  const pixels = width * height;
  const planes = new Uint8Array(pixels + pixels / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      const [red, green, blue] = data.subarray(from, from + 3) as unknown as [number, number, number];
      planes[y * width + x] = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const to = pixels + (y / 2) * (width / 2) + x / 2;
      planes[to] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
      planes[to + pixels / 4] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
    }
  }
  return planes;
}
