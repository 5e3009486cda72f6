/** What the README shows. */
import { selectBackend } from '@oddpixel/contract';
import { readModel } from '@oddpixel/model-core';
import { rasterFrom, wasm, webgpu } from '@oddpixel/runtime-web';
import { createInspector } from '@oddpixel/workflow';

export async function example(
  picture: HTMLCanvasElement,
  console: { log(...values: unknown[]): void },
): Promise<void> {
  // #region example
  const { backend, rejected } = await selectBackend([webgpu(), wasm()]);
  // rejected says why there is no WebGPU; there is no other fallback
  const response = await fetch('model.onnx');
  const model = readModel(new Uint8Array(await response.arrayBuffer()));
  const inspector = await createInspector(model, { backend });
  const { result } = await inspector.inspect({ name: 'a part', image: await rasterFrom(picture) });
  console.log(result.anomalyClass, result.anomalyScore, backend.name, rejected.length);
  // #endregion
}
