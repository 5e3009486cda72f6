/** Where the time of a frame goes, apart from the run of the model. */
import { renderOverlay } from '@oddpixel/eval';
import { hostTensor, type Backend, type PreprocessParams } from '@oddpixel/contract';
import { GraphBuilder, slice, writeGraph } from '@oddpixel/graph';
import { mapToSource, preprocessParamsFromModel } from '@oddpixel/preprocess';
import { rasterFrom, toImageData } from '@oddpixel/runtime-web';
import { bareEngine } from './bare-engine.ts';
import { checkResult, draw, openBackend, openSubject, type Place } from './subject.ts';

/** Milliseconds of every frame. */
export type Parts = Readonly<Record<string, number[]>>;

/** A backend that notes when its runs begin and end. */
function observed(backend: Backend, runs: { begin: number; end: number }[]): Backend {
  return {
    ...backend,
    async createSession(model, options) {
      const session = await backend.createSession(model, options);
      return {
        ...session,
        async run(feeds, runOptions) {
          const begin = performance.now();
          const outputs = await session.run(feeds, runOptions);
          runs.push({ begin, end: performance.now() });
          return outputs;
        },
      };
    },
  };
}

/** The product's whole path, frame by frame; what is outside the model's run, part by part. */
export async function frameParts(
  model: string,
  images: readonly string[],
  place: Place,
  count: number,
): Promise<Parts> {
  const backend = await openBackend('wasm', place);
  const runs: { begin: number; end: number }[] = [];
  const subject = await openSubject(model, images, observed(backend, runs));
  const params = preprocessParamsFromModel(subject.inspector.model.manifest);
  const parts = {
    'pixels from the frame': [] as number[],
    'resize, normalize, pack': [] as number[],
    run: [] as number[],
    'verdict and region': [] as number[],
    'map drawn': [] as number[],
    'hand over': await handOver(backend, params, count),
    'map on the source': [] as number[],
    'picture with map drawn': [] as number[],
  };
  const warmUp = Math.ceil(count / 4);
  for (let i = -warmUp; i < count; i++) {
    const start = performance.now();
    const image = await rasterFrom(subject.next());
    const prepared = performance.now();
    const { result } = await subject.inspector.inspect({ name: 'frame', image });
    const judged = performance.now();
    draw(subject, result);
    const drawn = performance.now();
    checkResult(result);
    const run = runs.at(-1) ?? { begin: Number.NaN, end: Number.NaN };
    const onSource = mapToSource(result.anomalyImage, result.geometry);
    const placed = performance.now();
    const threshold = subject.inspector.model.manifest.thresholds?.segmentation ?? 1;
    const range = { min: threshold / 2, max: 1.5 * threshold };
    toImageData(renderOverlay(image, result.anomalyImage, { ...range, ...regionOf(result) }));
    const overlaid = performance.now();
    if (onSource.width !== image.width) throw new Error('a map of another size');
    if (i < 0) continue;
    parts['pixels from the frame'].push(prepared - start);
    parts['resize, normalize, pack'].push(run.begin - prepared);
    parts.run.push(run.end - run.begin);
    parts['verdict and region'].push(judged - run.end);
    parts['map drawn'].push(drawn - judged);
    parts['map on the source'].push(placed - drawn);
    parts['picture with map drawn'].push(overlaid - placed);
    // As the next frame of a camera comes later: the page may collect what is not needed any more.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await subject.inspector.dispose();
  await backend.dispose();
  return parts;
}

function regionOf({ anomalyRegion }: { readonly anomalyRegion?: unknown }): object {
  return anomalyRegion === undefined ? {} : { region: anomalyRegion };
}

/**
 * What a session's run takes beyond the engine's: a graph that computes nothing, with the model's input and map, through
 * the product and through the bare engine in turn.
 */
async function handOver(backend: Backend, params: PreprocessParams, count: number): Promise<number[]> {
  const { imageNumChannels: channels, imageHeight: height, imageWidth: width } = params;
  const dims = [1, channels, height, width];
  const g = new GraphBuilder();
  const input = g.input('image', 'float32', dims);
  g.output('anomaly_map', slice(input, { axis: 1, start: 0, end: 1 }));
  const graph = writeGraph(g.build());
  const session = await backend.createSession(graph);
  const ort = await bareEngine(backend.capabilities.threads);
  const engine = await ort.InferenceSession.create(graph, { executionProviders: ['wasm'] });
  const data = new Float32Array(channels * height * width).fill(1);
  const times: number[] = [];
  for (let i = -10; i < count; i++) {
    const start = performance.now();
    await session.run({ image: hostTensor('float32', dims, data) });
    const ran = performance.now();
    await engine.run({ image: new ort.Tensor('float32', data, dims) });
    const end = performance.now();
    if (i >= 0) times.push(ran - start - (end - ran));
  }
  await session.dispose();
  await engine.release();
  return times;
}
