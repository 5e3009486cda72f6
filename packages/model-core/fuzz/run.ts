/** `pnpm fuzz [--rounds N] [--seed N]`: 100,000 mutants by default. Exits with 1 if a bug was found. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const rounds = Number(values.rounds ?? 100_000);
console.log(`seed ${seed}, ${rounds} mutants`);
const report = fuzz(seed, rounds, (round) => process.stderr.write(`\r${round}`));
process.stderr.write('\r');
console.log(
  `${report.parsed} read (${((100 * report.parsed) / rounds).toFixed(1)} %), ${report.refused} refused, ${report.bugs.length} bugs, slowest ${report.slowestMs.toFixed(0)} ms`,
);
for (const { round, entry, error } of report.bugs.slice(0, 20))
  console.log(`\nround ${round} of \`${entry}\`\n${error}`);
process.exit(report.bugs.length === 0 ? 0 : 1);
