/** What Studio takes from the browser's runtime. */
export { wasm, webgpu } from '@oddpixel/runtime-web';
export { browserCodec, openCamera, type Camera } from '../../../packages/runtime-web/src/images/index.ts';
export { droppedSource, fileListSource, opfsStore } from '../../../packages/runtime-web/src/files/index.ts';
