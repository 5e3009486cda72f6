/** Oddpixel in Node.js. */
export {
  coreml,
  cpu,
  cuda,
  dml,
  webgpu,
  type CpuOptions,
  type CudaOptions,
  type WebGpuOptions,
} from './backends.ts';
export { disableEngineTelemetry } from './engine.ts';
export { cpuPool } from './cpu-pool.ts';
export { sharpCodec, type CodecDefaults } from './codec/sharp-codec.ts';
export { diskStore, nodeFileSource, type FileSourceOptions } from './files.ts';
export { inWorker, type WorkerBackendOptions } from './in-worker.ts';
export { listDevices, type DeviceInfo } from './list-devices.ts';
export { readFileBounded, readStreamBounded, type ReadFileOptions } from './read-bounded.ts';
export { writeFileAtomic, writeFilesTogether, type FileToWrite, type WriteOptions } from './write-atomic.ts';
export { encodeNpy } from './npy.ts';
