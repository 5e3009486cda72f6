/** What tests run in the browser: the built packages, as a page gets them. */
import { runCases } from '@oddpixel/conformance';
import type { BackendFactory } from '@oddpixel/model-core/contract';
import { inWorker, wasm, webgpu } from '@oddpixel/runtime-web';

const factories: Readonly<Record<string, () => BackendFactory>> = {
  webgpu: () => webgpu(),
  wasm: () => wasm(),
  'webgpu in a worker': () => inWorker({ device: 'webgpu' }),
  'wasm in a worker': () => inWorker({ device: 'wasm' }),
};

/** What happened, in words that cross to the test. */
export interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

async function conformance(name: string): Promise<Outcome> {
  const factory = factories[name];
  if (factory === undefined) throw new Error(`no backend ${name}`);
  const { passed, failed, skipped } = await runCases(factory());
  return {
    passed: passed.length,
    failed: failed.map(({ name: title, error }) => `${title}: ${error.message}`),
    skipped: skipped.map(({ name: title, reason }) => `${title}: ${reason}`),
  };
}

const tests = { conformance };
export type PageTests = typeof tests;

declare global {
  interface Window {
    tests: PageTests;
  }
}
window.tests = tests;
