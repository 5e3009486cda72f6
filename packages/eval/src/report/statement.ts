/** What a threshold promises, in plain words. */
import type { ReferenceSource, ThresholdStatement } from '@oddpixel/contract';
import { percent } from './format.ts';

const sources: Readonly<Record<ReferenceSource, string>> = {
  validation: 'good images that training did not see',
  leaveOwnRowsOut: 'training images, each scored without the memory rows of its own group',
  leaveOwnSumsOut: 'training images, each scored by a fit without its own group',
  kFolds: 'training images, each scored by a model that did not see its fold',
  test: 'good test images',
};

/** One or two sentences: the rate, how sure it is, what it stands on, and what would make it stronger. */
export function describeStatement(statement: ThresholdStatement): string {
  const { kind, falseAlarmRate, requestedRate, confidence = 0.95, referenceCount, source } = statement;
  const basis = `${referenceCount} ${sources[source]}`;
  const rate = percent(falseAlarmRate);
  if (kind === 'guaranteed') {
    const promise = `Guaranteed: with ${percent(confidence)} confidence at most ${rate} of good images are called nok, based on ${basis}.`;
    return falseAlarmRate > requestedRate
      ? `${promise} The requested rate of ${percent(requestedRate)} needs at least ${imagesFor(requestedRate, confidence)} such images.`
      : promise;
  }
  const unmet =
    falseAlarmRate > requestedRate
      ? ` The requested rate is ${percent(requestedRate)}, but ${referenceCount} images cannot show a rate below ${rate}.`
      : '';
  return kind === 'expected'
    ? `Expected: on average ${rate} of good images are called nok, based on ${basis}.${unmet}`
    : `Estimated, not promised: about ${rate} of good images are called nok, based on ${basis}.${unmet}`;
}

/** Held-out images that a rate takes when the threshold lies above all of them: 1 − (1 − confidence)^(1/n) ≤ rate. */
function imagesFor(rate: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(1 - rate));
}
