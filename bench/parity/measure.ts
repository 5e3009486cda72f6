/** The golden set through every runtime, against Node's CPU. */
import { writeModel } from '@oddpixel/model-core';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { rounded } from '../shared/rounds.ts';
import { compare, type Difference } from './compare.ts';
import { goldenImages } from './golden.ts';
import { medianGoodScore, trainOnApples } from './model.ts';
import { observe, toBase64, type Observation, type Order } from './observe.ts';
import { inChromium, inNodeWebgpu, runtimeNames, type Outcome, type RuntimeName } from './runtimes.ts';

export interface ParityRow {
  readonly name: string;
  readonly isLossless: boolean;
  readonly form: string;
  /** Node's, on the CPU. */
  readonly score: number;
  readonly verdict: string;
  /** Runtimes that were skipped are absent. */
  readonly differences: Readonly<Partial<Record<RuntimeName, Difference>>>;
}

export interface Parity {
  readonly medianGoodScore: number;
  /** From which score on the verdict is `nok`, and how far the nearest score is from it, in the same measure. */
  readonly threshold: number;
  readonly nearestToThreshold: number;
  readonly chromium: string | null;
  readonly skipped: readonly { readonly runtime: RuntimeName; readonly reason: string }[];
  readonly rows: readonly ParityRow[];
  readonly isPromiseKept: boolean;
}

/** @param names which golden images. @param tell receives progress. */
export async function measureParity(names: readonly string[], tell: (line: string) => void): Promise<Parity> {
  const backend = await cpu().open();
  const images = await goldenImages(names);
  tell(`${images.length} images`);
  const model = await trainOnApples(backend);
  const order: Order = {
    model: toBase64(writeModel(model)),
    images: images.map(({ name, file }) => ({ name, file: toBase64(file) })),
  };
  const references = await observe(order, backend, sharpCodec());
  await backend.dispose();
  tell('Node CPU: done');
  const inNode = await inNodeWebgpu(order);
  tell(`Node WebGPU: ${describe(inNode)}`);
  const { version, wasm, webgpu } = await inChromium(order);
  tell(`Chromium wasm: ${describe(wasm)}`);
  tell(`Chromium WebGPU: ${describe(webgpu)}`);
  const outcomes = { 'Node WebGPU': inNode, 'Chromium wasm': wasm, 'Chromium WebGPU': webgpu };

  const unit = medianGoodScore(model);
  const rows = images.map(({ name, isLossless }): ParityRow => {
    const reference = observationOf(name, references);
    const differences: Partial<Record<RuntimeName, Difference>> = {};
    for (const runtime of runtimeNames) {
      const outcome = outcomes[runtime];
      if ('skipped' in outcome) continue;
      const found = observationOf(name, outcome.observations);
      differences[runtime] = compare(reference, found, { isLossless, medianGoodScore: unit });
    }
    const { form, score, verdict } = reference;
    return { name, isLossless, form, score, verdict, differences };
  });
  const threshold = model.manifest.thresholds?.classification ?? Number.NaN;
  return {
    medianGoodScore: rounded(unit),
    threshold: rounded(threshold),
    nearestToThreshold: rounded(
      Math.min(...rows.map(({ score }) => Math.abs(score - threshold) / Math.max(score, unit))),
    ),
    chromium: version ?? null,
    skipped: runtimeNames.flatMap((runtime) => {
      const outcome = outcomes[runtime];
      return 'skipped' in outcome ? [{ runtime, reason: outcome.skipped }] : [];
    }),
    rows,
    isPromiseKept: rows.every(({ differences }) =>
      Object.values(differences).every(({ isPromiseKept }) => isPromiseKept),
    ),
  };
}

function describe(outcome: Outcome): string {
  return 'skipped' in outcome ? `skipped: ${outcome.skipped}` : 'done';
}

function observationOf(name: string, observations: readonly Observation[]): Observation {
  const found = observations.find((observation) => observation.name === name);
  if (found === undefined) throw new Error(`expected an observation of \`${name}\`, found none`);
  return found;
}
