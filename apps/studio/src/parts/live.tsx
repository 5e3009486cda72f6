import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveResult } from '../protocol.ts';
import { drawMap, mapRange } from '../state/draw-map.ts';
import { formatScore } from '../state/format.ts';
import { classification, isOdd, model, segmentation } from '../state/studio.ts';
import { useCamera } from '../state/use-camera.ts';
import { pixelsOf, worker } from '../state/worker.ts';
import { CameraVideo } from './camera-video.tsx';
import { placed } from './picture.tsx';
import { Verdict } from './card.tsx';

/** Weight of the newest image in the smoothed rate. */
const newest = 0.15;

/** The camera under inspection: map, score and rate, as fast as the device allows. */
export function Live(): JSX.Element {
  const state = useCamera();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [result, setResult] = useState<LiveResult>();
  const [rate, setRate] = useState(0);
  const [problem, setProblem] = useState<string>();
  const { camera } = state;
  useEffect(() => {
    if (camera === undefined) return undefined;
    const end = new AbortController();
    const run = async (): Promise<void> => {
      let smoothed = 0;
      let last = performance.now();
      for await (const raster of camera.frames(end.signal)) {
        const found = await worker().call('live', { raster }, { transfer: pixelsOf(raster) });
        if (end.signal.aborted) return;
        const now = performance.now();
        const current = 1000 / Math.max(1, now - last);
        last = now;
        smoothed = smoothed === 0 ? current : smoothed + newest * (current - smoothed);
        setRate(smoothed);
        setResult(found);
      }
    };
    run().catch((error: unknown) => {
      if (end.signal.aborted) return;
      // The verdict on an earlier image does not apply to this one.
      setResult(undefined);
      setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => end.abort();
  }, [camera]);
  const limit = segmentation.value;
  const calibration = model.value?.manifest.calibration;
  useEffect(() => {
    const range = mapRange(calibration, limit);
    if (result && range && canvas.current !== null) drawMap(canvas.current, result.map, range);
  }, [result, limit, calibration]);
  const odd = result !== undefined && isOdd(result.score, classification.value);
  return (
    <section class="live" aria-label="Live inspection">
      <div class={odd ? 'live-frame odd' : 'live-frame'}>
        <CameraVideo state={state}>
          <canvas ref={canvas} class="map" aria-hidden="true" style={placed(result?.region)} />
        </CameraVideo>
      </div>
      {problem !== undefined && (
        <p class="message error" role="alert">
          {problem}
        </p>
      )}
      {result && (
        <p class="live-facts">
          <Verdict odd={odd} />
          <span class="score">{formatScore(result.score)}</span>
          <span class="quiet">{rate < 10 ? rate.toFixed(1) : Math.round(rate)} pictures per second</span>
        </p>
      )}
    </section>
  );
}
