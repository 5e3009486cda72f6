/**
 * `pnpm prove NAME… [--seed N] [--from N] [--count N] [--state FILE]`: runs proofs, `all` for each of them; without a
 * name it lists them. `--state` keeps how far a proof has come, so that a later call continues there.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { proofs } from './proofs/index.ts';
import { runProof, type Proof } from './proof.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    count: { type: 'string' },
    state: { type: 'string' },
  },
});

if (positionals.length === 0) {
  for (const { name, claim, rounds } of proofs) console.log(`${name.padEnd(14)}${claim} (${rounds} rounds)`);
  process.exit(0);
}
const unknown = positionals.filter((name) => name !== 'all' && !proofs.some((proof) => proof.name === name));
const numbers = [values.seed, values.from, values.count].filter((text) => text !== undefined);
if (unknown.length > 0 || numbers.some((text) => !/^\d+$/.test(text))) {
  console.error(
    `Expected proofs among ${proofs.map(({ name }) => name).join(', ')} or all, and whole numbers, received ${process.argv.slice(2).join(' ')}.`,
  );
  process.exit(2);
}

interface State {
  readonly seed: number;
  readonly next: Record<string, number>;
}

const kept: State | undefined =
  values.state !== undefined && existsSync(values.state)
    ? (JSON.parse(readFileSync(values.state, 'utf8')) as State)
    : undefined;
const seed =
  values.seed === undefined ? (kept?.seed ?? Math.floor(Math.random() * 2 ** 31)) : Number(values.seed);
const next: Record<string, number> = kept?.seed === seed ? { ...kept.next } : {};
let failed = false;
for (const proof of proofs) {
  if (positionals.includes('all') || positionals.includes(proof.name)) await prove(proof);
}
process.exit(failed ? 1 : 0);

async function prove(proof: Proof): Promise<void> {
  const from = next[proof.name] ?? Number(values.from);
  const count = Number(values.count ?? proof.rounds);
  console.log(`${proof.name}: seed ${seed}, rounds ${from} to ${from + count - 1}`);
  const step = Math.max(1, Math.floor(proof.rounds / 1000));
  const { outcomes, failures, seconds } = await runProof(proof, {
    seed,
    from,
    count,
    onRound(round) {
      if (round % step !== 0 && round !== from + count) return;
      process.stderr.write(`\r${round}`);
      next[proof.name] = round;
      if (values.state !== undefined) writeFileSync(values.state, JSON.stringify({ seed, next }));
    },
  });
  process.stderr.write('\r');
  const summary = [...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ');
  console.log(
    `${proof.name}: ${summary || 'no round held'}; ${failures.length} failed; ${seconds.toFixed(1)} s`,
  );
  for (const { round, error } of failures) {
    console.log(
      `\nround ${round}; again with: pnpm prove ${proof.name} --seed ${seed} --from ${round} --count 1`,
    );
    console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  failed ||= failures.length > 0;
}
