/**
 * The engine: ONNX Runtime for the web, loaded when the first backend is opened. There are two builds, one that knows
 * WebGPU and a smaller one for the CPU alone. A page has at most one of each, and their settings cannot change later.
 */
import type { OrtEngine } from '@oddpixel/runtime-ort';
import {
  backendParameters,
  createRunQueue,
  ParameterError,
  type RunQueue,
  checkParameter,
} from '@oddpixel/contract';

export type EngineKind = 'webgpu' | 'wasm';

export interface EngineOptions {
  /**
   * Where the engine's WebAssembly file comes from: its URL, or a folder's that ends with a slash and holds all files
   * of `onnxruntime-web/dist`. Default: beside the engine's script, where bundlers put it.
   */
  readonly wasmUrl?: string | URL;
  /** Threads, from 1; more than one need a cross-origin isolated page. Default: one per core up to 8, if they can be had. */
  readonly threads?: number;
}

export interface LoadedEngine {
  readonly engine: OrtEngine;
  /** The engine computes one thing at a time, whatever the number of sessions. */
  readonly queue: RunQueue;
  readonly threads: number;
}

const loaded = new Map<EngineKind, { readonly settings: string; readonly engine: Promise<LoadedEngine> }>();

/** @throws ParameterError for other settings than those that the page's engine was loaded with, and for threads outside their range. */
export function loadEngine(kind: EngineKind, options: EngineOptions): Promise<LoadedEngine> {
  const threads = threadsOf(options.threads);
  const url = options.wasmUrl === undefined ? undefined : String(options.wasmUrl);
  const settings = `threads ${threads}, wasmUrl ${url ?? 'default'}`;
  const before = loaded.get(kind);
  if (before?.settings === settings) return before.engine;
  if (before !== undefined) {
    throw new ParameterError({
      name: 'engine options',
      expected: `those that this page's engine was loaded with (${before.settings})`,
      received: settings,
      fix: 'Use the same options everywhere, or a worker, which has an engine of its own.',
    });
  }
  const engine = load(kind, threads, url);
  loaded.set(kind, { settings, engine });
  // A file that could not be fetched may be there next time.
  engine.catch(() => loaded.delete(kind));
  return engine;
}

async function load(kind: EngineKind, threads: number, url: string | undefined): Promise<LoadedEngine> {
  const engine = await (kind === 'webgpu'
    ? import('onnxruntime-web/webgpu')
    : import('onnxruntime-web/wasm'));
  const { wasm } = engine.env;
  wasm.numThreads = threads;
  if (url !== undefined) wasm.wasmPaths = url.endsWith('/') ? url : { wasm: url };
  engine.env.logLevel = 'error';
  return { engine, queue: createRunQueue(), threads };
}

function threadsOf(threads: number | undefined): number {
  if (threads !== undefined) checkParameter('threads', backendParameters.threads, threads);
  if (!globalThis.crossOriginIsolated) return 1;
  return threads ?? Math.min(8, navigator.hardwareConcurrency);
}
