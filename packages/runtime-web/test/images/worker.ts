/** The codec in a worker of the tests' page: bytes in, raster out. */
import { browserCodec } from '../../src/images/browser-codec.ts';

addEventListener('message', async ({ data }: MessageEvent<Uint8Array>) => {
  postMessage(await browserCodec().decode(data));
});
