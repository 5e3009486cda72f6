/** Two models with the same input in turn: time per image of each, and their ratio. */
import type { Backend, HostTensor } from '@oddpixel/contract';
import { interleave, medianOf, ratio, repeated, repetitions, rounded, type Ratio } from '../shared/rounds.ts';

export interface HeadComparison {
  readonly what: string;
  readonly backend: Backend;
  readonly memory: Uint8Array;
  readonly student: Uint8Array;
  /** What both are fed. */
  readonly input: { readonly name: string; readonly tensor: HostTensor<'float32'> };
  /** The student's time divided by the memory's must not exceed this; `null`: reported, not judged. */
  readonly bar: number | null;
  readonly rounds: number;
  readonly roundMs: number;
}

export interface HeadRow {
  readonly what: string;
  readonly batch: number;
  /** Milliseconds per image: medians over the rounds. */
  readonly memoryMs: number;
  readonly studentMs: number;
  /** Student by memory: below 1, the student is faster. */
  readonly ratio: Ratio;
  /** The same of CPU time. */
  readonly cpuRatio: Ratio;
  readonly bar: number | null;
  readonly isBarReached: boolean | null;
}

export async function compareHeads(comparison: HeadComparison): Promise<HeadRow> {
  const { what, backend, input, bar, rounds, roundMs } = comparison;
  const batch = input.tensor.dims[0] ?? 1;
  const feeds = { [input.name]: input.tensor };
  const memory = await backend.createSession(comparison.memory);
  const student = await backend.createSession(comparison.student);
  try {
    const memoryRun = (): Promise<unknown> => memory.run(feeds);
    const studentRun = (): Promise<unknown> => student.run(feeds);
    const times = await interleave(
      {
        memory: repeated(memoryRun, await repetitions(memoryRun, roundMs)),
        student: repeated(studentRun, await repetitions(studentRun, roundMs)),
      },
      rounds,
    );
    const found = ratio(times.student, times.memory);
    return {
      what,
      batch,
      memoryMs: rounded(medianOf(times.memory) / batch),
      studentMs: rounded(medianOf(times.student) / batch),
      ratio: found,
      cpuRatio: ratio(times.student, times.memory, 'cpuMs'),
      bar,
      isBarReached: bar === null ? null : found.median <= bar,
    };
  } finally {
    await memory.dispose();
    await student.dispose();
  }
}
