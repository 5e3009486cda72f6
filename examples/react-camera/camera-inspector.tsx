/** A camera that says what it sees: the map over the video, the verdict, and how many frames a second get one. */
import { useEffect, useRef, useState } from 'react';
import { renderMap } from '@oddpixel/eval';
import { selectBackend, type Result } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import { inWorker, openCamera, toImageData } from '@oddpixel/runtime-web';
import { createInspector } from '@oddpixel/workflow';

/** Goes on until the signal, leaves out frames that come meanwhile, and closes again what it opened. */
async function* inspectCamera(model: AnomalyModel, video: HTMLVideoElement, signal: AbortSignal) {
  const { backend } = await selectBackend([inWorker({ device: 'webgpu' }), inWorker({ device: 'wasm' })]);
  try {
    const inspector = await createInspector(model, { backend });
    if (signal.aborted) return;
    const camera = await openCamera({ width: 640, height: 480 });
    try {
      if (!signal.aborted) video.srcObject = camera.stream;
      for await (const image of camera.frames(signal)) {
        yield (await inspector.inspect({ name: 'frame', image }, { signal })).result;
      }
    } finally {
      camera.stop();
    }
  } finally {
    await backend.dispose();
  }
}

/** From black, which leaves the video as it is, at half the model's threshold. */
function drawMap(canvas: HTMLCanvasElement, { anomalyImage }: Result, threshold: number) {
  [canvas.width, canvas.height] = [anomalyImage.width, anomalyImage.height];
  const map = renderMap(anomalyImage, { min: threshold / 2, max: 1.5 * threshold });
  canvas.getContext('2d')?.putImageData(toImageData(map), 0, 0);
}

export function CameraInspector({ model }: { readonly model: AnomalyModel }) {
  const [video, canvas] = [useRef<HTMLVideoElement>(null), useRef<HTMLCanvasElement>(null)];
  const [words, setWords] = useState('Starting');
  useEffect(() => {
    const end = new AbortController();
    const inspect = async (shown: HTMLVideoElement, map: HTMLCanvasElement) => {
      let last = Infinity; // no speed before the second frame
      for await (const result of inspectCamera(model, shown, end.signal)) {
        drawMap(map, result, model.manifest.thresholds?.segmentation ?? 1);
        setWords(`${result.anomalyClass}, ${(1000 / (performance.now() - last)).toFixed(1)} frames/s`);
        last = performance.now();
      }
    };
    const failed = (error: unknown) => end.signal.aborted || setWords(String(error));
    if (video.current && canvas.current) inspect(video.current, canvas.current).catch(failed);
    return () => end.abort();
  }, [model]);
  return (
    <figure className="camera">
      <video ref={video} autoPlay muted playsInline />
      <canvas ref={canvas} />
      <figcaption>{words}</figcaption>
    </figure>
  );
}
