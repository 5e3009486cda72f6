import { expect, test } from 'vitest';
import { ParameterError } from '@oddpixel/contract';
import { checkGaussianSize } from './mahalanobis.ts';

test('covariances per position may take 128 MiB: 1,024 positions with 181 features, not with 182', () => {
  expect(() => checkGaussianSize(1024, 181, 'perPosition')).not.toThrow();
  let error: unknown;
  try {
    checkGaussianSize(1024, 182, 'perPosition');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ParameterError);
  expect(error).toMatchObject({
    code: 'PARAMETER',
    details: {
      name: 'covariance',
      expected: 'covariances of at most 128 MiB in all',
      received: '1024 positions with 182 features: 130 MiB',
      fix: "Use covariance 'shared', a smaller image size, or fewer featureDims.",
    },
  });
});

test('covariances per position of exactly 128 MiB are allowed', () => {
  // 131,072 positions · 16 · 16 · 4 bytes
  expect(() => checkGaussianSize(131_072, 16, 'perPosition')).not.toThrow();
  expect(() => checkGaussianSize(131_073, 16, 'perPosition')).toThrow(ParameterError);
});

test('a shared covariance has no limit of positions', () => {
  expect(() => checkGaussianSize(1_000_000, 512, 'shared')).not.toThrow();
});
