/** A proof: many rounds of something that must not break, each from a seed of its own, so that one can be repeated alone. */
import { createRandom, type Random } from '@oddpixel/contract';

export interface Proof {
  readonly name: string;
  /** What holds, in one sentence. */
  readonly claim: string;
  /** Rounds by hand; continuous integration runs about a hundredth. */
  readonly rounds: number;
  /** Rounds in continuous integration. */
  readonly shortRounds: number;
  open(): Promise<OpenProof>;
}

interface OpenProof {
  /** Throws if the claim does not hold. Returns how the round ended, in a word or two that are counted. */
  round(context: RoundContext): Promise<string>;
  /** What can only be judged after all rounds, for example memory. */
  finish?(): Promise<void>;
  close?(): Promise<void>;
}

interface RoundContext {
  readonly seed: number;
  readonly round: number;
  readonly random: Random;
}

interface ProofRange {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly onRound?: (nextRound: number) => void;
}

interface ProofReport {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly { readonly round: number | 'end'; readonly error: unknown }[];
  readonly seconds: number;
}

/** After this many failures, another one shows nothing new. */
const enoughFailures = 20;

/** Runs the rounds `from` .. `from + count − 1`. The same seed and range give the same rounds. */
export async function runProof(
  proof: Proof,
  { seed, from, count, onRound }: ProofRange,
): Promise<ProofReport> {
  const started = performance.now();
  const outcomes = new Map<string, number>();
  const failures: { round: number | 'end'; error: unknown }[] = [];
  const open = await proof.open();
  try {
    for (let round = from; round < from + count && failures.length < enoughFailures; round++) {
      const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b));
      try {
        const outcome = await open.round({ seed, round, random });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        failures.push({ round, error });
      }
      onRound?.(round + 1);
    }
    await open.finish?.().catch((error: unknown) => failures.push({ round: 'end', error }));
  } finally {
    await open.close?.();
  }
  return { outcomes, failures, seconds: (performance.now() - started) / 1000 };
}
