import { describe, expect, test } from 'vitest';
import type { ValueInfo } from './backend.ts';
import { checkFeeds, checkOutputs } from './check-feeds.ts';
import { ForeignTensorError, TensorMismatchError, UnknownNameError } from './errors.ts';
import { hostTensor } from './tensor.ts';
import type { DeviceTensor, HostTensor } from './tensor.ts';

const inputs: ValueInfo[] = [
  { name: 'image', dtype: 'float32', dims: ['N', 3, 2, 1] },
  { name: 'index', dtype: 'int64', dims: [] },
];
const image = hostTensor('float32', [2, 3, 2, 1], new Float32Array(12));
const index = hostTensor('int64', [], new BigInt64Array(1));
const owner = { backend: 'test' };

describe('checkFeeds', () => {
  test('accepts matching feeds, with any size for a named dimension', () => {
    checkFeeds(inputs, { image, index }, owner);
  });

  test('a missing or unknown input throws UnknownNameError with its name', () => {
    expect(() => checkFeeds(inputs, { image }, owner)).toThrow(UnknownNameError);
    expect(() => checkFeeds(inputs, { image }, owner)).toThrow('input `index` is missing');
    expect(() => checkFeeds(inputs, { image, index, other: index }, owner)).toThrow('no input `other`');
  });

  test('an input named like a member of Object must really be fed', () => {
    const odd: ValueInfo[] = [{ name: 'toString', dtype: 'float32', dims: [] }];
    expect(() => checkFeeds(odd, {}, owner)).toThrow(UnknownNameError);
  });

  test('rejects another dtype, rank or fixed size', () => {
    const wrong = [
      hostTensor('float64', [2, 3, 2, 1], new Float64Array(12)),
      hostTensor('float32', [3, 2, 1], new Float32Array(6)),
      hostTensor('float32', [1, 3, 1, 2], new Float32Array(6)),
    ];
    for (const tensor of wrong) {
      expect(() => checkFeeds(inputs, { image: tensor, index }, owner)).toThrow(TensorMismatchError);
    }
    expect(() => checkFeeds(inputs, { image: index, index }, owner)).toThrow(
      'Expected float32 [N,3,2,1] for `image`, received int64 [].',
    );
  });

  test('rejects data that does not match dims and dtype', () => {
    const short: HostTensor = { ...image, data: new Float32Array(11) };
    const otherArray = { ...image, data: new Float64Array(12) } as unknown as HostTensor;
    expect(() => checkFeeds(inputs, { image: short, index }, owner)).toThrow('received Float32Array of 11');
    expect(() => checkFeeds(inputs, { image: otherArray, index }, owner)).toThrow('received Float64Array');
  });

  test('accepts device tensors of its own backend and rejects those of others', () => {
    const device: DeviceTensor = {
      location: 'gpu',
      dtype: 'float32',
      dims: [1, 3, 2, 1],
      read: () => Promise.resolve(image),
      dispose: () => undefined,
    };
    checkFeeds(inputs, { image: device, index }, { backend: 'test', owns: (tensor) => tensor === device });
    expect(() => checkFeeds(inputs, { image: device, index }, owner)).toThrow(ForeignTensorError);
  });
});

test('checkOutputs returns the requested names, or all of them by default', () => {
  const outputs: ValueInfo[] = [
    { name: 'map', dtype: 'float32', dims: [] },
    { name: 'score', dtype: 'float32', dims: [] },
  ];
  expect(checkOutputs(outputs, undefined)).toEqual(['map', 'score']);
  expect(checkOutputs(outputs, ['score'])).toEqual(['score']);
  expect(() => checkOutputs(outputs, ['score', 'maps'])).toThrow(UnknownNameError);
});
