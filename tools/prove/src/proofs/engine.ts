import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Proof } from '../proof.ts';

const child = fileURLToPath(new URL('../engine-child.ts', import.meta.url));
const mutantsPerProcess = 60;
const patienceMs = 120_000;

export const engine: Proof = {
  name: 'engine',
  claim: `damaged models neither crash nor hang the native engine (${mutantsPerProcess} mutants a round, in a process of its own)`,
  rounds: 100,
  shortRounds: 1,
  async open() {
    return {
      async round({ random }) {
        await runChild(random.integer(2 ** 31));
        return 'process survived';
      },
    };
  },
};

function runChild(seed: number): Promise<void> {
  const args = [
    '--import',
    'tsx',
    '--conditions=@oddpixel/source',
    child,
    String(seed),
    String(mutantsPerProcess),
  ];
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    running.stderr.on('data', (part: Buffer) => (told = (told + part.toString()).slice(-4000)));
    const timer = setTimeout(() => running.kill('SIGKILL'), patienceMs);
    running.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else
        reject(
          new Error(`child with seed ${seed} ended with ${signal ?? code} after:\n${told.slice(-1500)}`),
        );
    });
  });
}
