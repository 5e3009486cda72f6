/** Images of a browser: files, pictures on the page, cameras. */
export { browserCodec } from './browser-codec.ts';
export { openCamera, type Camera, type CameraOptions } from './camera.ts';
export { CameraError, type CameraProblem } from './camera-error.ts';
export { toImageData, type ToImageDataOptions } from './image-data.ts';
export { rasterFrom, type RasterFromOptions, type RasterSource } from './raster-from.ts';
