/** Oddpixel in the browser. */
export { wasm, webgpu, type WasmOptions, type WebGpuOptions } from './backends.ts';
export type { EngineOptions } from './engine.ts';
export type { GpuDevice, PowerPreference } from './gpu.ts';
export { inWorker, type WorkerOptions } from './in-worker.ts';
