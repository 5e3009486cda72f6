/** Several backbones in turn on one backend: milliseconds per image at every batch size, and images against the first. */
import { hostTensor, type Backend, type HostTensor, type Session } from '@oddpixel/contract';
import { uniform } from '../shared/numbers.ts';
import {
  interleave,
  medianOf,
  ratio,
  repeated,
  repetitions,
  rounded,
  type Duration,
  type Ratio,
  type Side,
} from '../shared/rounds.ts';

export interface BackboneFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Comparison {
  readonly width: number;
  readonly height: number;
  readonly batches: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
}

export interface BackboneRow {
  readonly name: string;
  /** Milliseconds per image: medians over the rounds, and those of CPU time, all threads together. */
  readonly perImage: readonly { readonly batch: number; readonly ms: number; readonly cpuMs: number }[];
  readonly bestBatch: number;
  /** Images per second by those of the first backbone, each at its best batch. */
  readonly toFirst: Ratio;
}

/** @throws RangeError without a backbone */
export async function compareBackbones(
  backend: Backend,
  files: readonly BackboneFile[],
  { width, height, batches, rounds, roundMs }: Comparison,
): Promise<BackboneRow[]> {
  const inputs = batches.map((batch) => [batch, { image: pixels([batch, 3, height, width]) }] as const);
  const opened: Session[] = [];
  try {
    const sides: Record<string, Side> = {};
    for (const [index, { bytes }] of files.entries()) {
      const session = await backend.createSession(bytes);
      opened.push(session);
      for (const [batch, feeds] of inputs) {
        const run = (): Promise<unknown> => session.run(feeds);
        sides[sideOf(index, batch)] = repeated(run, await repetitions(run, roundMs));
      }
    }
    const times = await interleave(sides, rounds);
    const best = files.map((_, index) => bestOf(times, index, batches));
    const first = best[0];
    if (first === undefined) throw new RangeError('expected at least one backbone');
    return files.map(({ name }, index) => {
      const { batch, perImage } = best[index] as Best;
      return {
        name,
        perImage: batches.map((size) => {
          const own = timesOf(times, index, size);
          return {
            batch: size,
            ms: rounded(medianOf(own) / size),
            cpuMs: rounded(medianOf(own, 'cpuMs') / size),
          };
        }),
        bestBatch: batch,
        toFirst: ratio(first.perImage, perImage),
      };
    });
  } finally {
    for (const session of opened) await session.dispose();
  }
}

/** RGB values, 0..255. */
function pixels(dims: readonly number[]): HostTensor<'float32'> {
  const { data } = uniform(4, dims, 127.5);
  return hostTensor(
    'float32',
    dims,
    data.map((value) => value + 127.5),
  );
}

interface Best {
  readonly batch: number;
  readonly perImage: readonly Duration[];
}

type Times = Readonly<Record<string, readonly Duration[]>>;

function bestOf(times: Times, index: number, batches: readonly number[]): Best {
  const all = batches.map((batch) => ({
    batch,
    perImage: timesOf(times, index, batch).map(({ ms, cpuMs }) => ({ ms: ms / batch, cpuMs: cpuMs / batch })),
  }));
  return all.reduce((a, b) => (medianOf(a.perImage) <= medianOf(b.perImage) ? a : b));
}

function timesOf(times: Times, index: number, batch: number): readonly Duration[] {
  return times[sideOf(index, batch)] ?? [];
}

function sideOf(index: number, batch: number): string {
  return `${index}, batch ${batch}`;
}
