/** Learning rates over the course of training: plain functions of the number of steps that are already done. */
import { ParameterError } from '@oddpixel/contract';

/** The rate of the step that comes after `stepsDone` steps; the first step asks with 0. */
export type LearningRate = (stepsDone: number) => number;

/** The same rate always. */
export function constantRate(rate: number): LearningRate {
  return () => rate;
}

export interface CosineRateOptions {
  /** Rate at the start. */
  readonly rate: number;
  /** After how many steps the end is reached; then it stays there. */
  readonly steps: number;
  /** Rate at the end. Default 0. */
  readonly floor?: number;
}

/** From `rate` down to `floor` along half a cosine (Loshchilov and Hutter 2017, without restarts). */
export function cosineRate({ rate, steps, floor = 0 }: CosineRateOptions): LearningRate {
  checkSteps(steps);
  return (stepsDone) => {
    const share = Math.min(stepsDone / steps, 1);
    return floor + ((rate - floor) * (1 + Math.cos(Math.PI * share))) / 2;
  };
}

/** Up in equal parts over the first `steps` steps to what `then` starts with; `then` counts from the end of the warm-up. */
export function warmUp(steps: number, then: LearningRate): LearningRate {
  checkSteps(steps);
  return (stepsDone) => (stepsDone < steps ? (then(0) * (stepsDone + 1)) / steps : then(stepsDone - steps));
}

function checkSteps(steps: number): void {
  if (Number.isInteger(steps) && steps > 0) return;
  throw new ParameterError({ name: 'steps', expected: 'a whole number above 0', received: String(steps) });
}
