/** Oddpixel in the browser. */
export { wasm, webgpu, type WasmOptions, type WebGpuOptions } from './backends.ts';
export type { EngineOptions } from './engine.ts';
export * from './files/index.ts';
export type { GpuDevice, PowerPreference } from './gpu.ts';
export * from './images/index.ts';
export { inWorker, type WorkerOptions } from './in-worker.ts';
