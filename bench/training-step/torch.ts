/**
 * The other side of the comparison: PyTorch in a Python process that is kept alive and called round by round. It is no
 * part of the product; if it is absent, the reason is reported and our side is measured alone.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Duration } from '../shared/rounds.ts';
import type { Workload } from './workload.ts';

const script = fileURLToPath(new URL('../../tools/reference/training-step.py', import.meta.url));

interface TorchInfo {
  readonly version: string;
  /** How it was built: math library, instruction sets. */
  readonly config: string;
  readonly threads: number;
}

/** Loss of each step, and the length of every parameter after the last one. */
export interface TorchCheck {
  readonly losses: readonly number[];
  readonly norms: Readonly<Record<string, number>>;
}

export interface Torch {
  readonly info: TorchInfo;
  /** Makes the networks of a workload; returns the names of the variants that a fair comparison tries. */
  open(workload: Workload): Promise<readonly string[]>;
  /** Trains the first variant. */
  check(steps: number): Promise<TorchCheck>;
  /** Time of one step. */
  time(variant: string, steps: number): Promise<Duration>;
  close(): Promise<void>;
}

type Answer = Readonly<Record<string, unknown>>;

/** PyTorch in this Python, or the reason why there is none. */
export async function openTorch(
  python: string,
  threads: number,
): Promise<Torch | { readonly skipped: string }> {
  const child = spawn(python, [script, String(threads)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ask = conversation(child);
  let greeting: Answer;
  try {
    greeting = await ask();
  } catch (error) {
    return { skipped: `\`${python}\` cannot run PyTorch: ${(error as Error).message}` };
  }
  if (typeof greeting['torch'] !== 'string') {
    return { skipped: `\`${python}\` has no PyTorch: ${String(greeting['absent'])}` };
  }
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-bench-'));
  return {
    info: {
      version: greeting['torch'],
      config: String(greeting['config']),
      threads: Number(greeting['threads']),
    },
    async open({ start, batch, torch }): Promise<readonly string[]> {
      const file = join(folder, 'tensors.bin');
      const all = Object.entries({ start, batch }).flatMap(([kind, tensors]) =>
        Object.entries(tensors).map(([name, tensor]) => ({ kind, name, tensor })),
      );
      await writeFile(
        file,
        all.map(({ tensor: { data } }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
      );
      const tensors = all.map(({ kind, name, tensor: { dims } }) => ({ kind, name, dims }));
      return (await ask({ open: { ...torch, file, tensors } }))['variants'] as string[];
    },
    check: async (steps) => (await ask({ check: steps })) as unknown as TorchCheck,
    time: async (variant, steps) => (await ask({ time: variant, steps })) as unknown as Duration,
    async close(): Promise<void> {
      child.stdin.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One line out, one line back; without a question, the next line. Fails if the process ends before it answers. */
function conversation(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): (question?: object) => Promise<Answer> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  // A process that never started, or that ended, is detected by the missing answer.
  child.stdin.on('error', () => undefined);
  const failure = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(complaint.trim().split('\n').at(-1) || `it ended with code ${code}`)),
    );
  });
  failure.catch(() => undefined);
  return async (question) => {
    if (question !== undefined) child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await Promise.race([lines.next(), failure]);
    return line.done === true ? failure : (JSON.parse(line.value) as Answer);
  };
}
