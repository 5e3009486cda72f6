/** Operators that bring values to a common scale. */
import { elementCount } from '@oddpixel/contract/unstable';
import { alongAxis, axisOf, broadcastTo } from './indexing.ts';
import { floatAttribute, input, intAttribute, invalid, unsupported } from './operator.ts';
import type { Operator, OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';

export const normalization: OperatorTable = {
  Softmax: softmax((shares) => shares),
  LogSoftmax: softmax((shares) => shares.map(Math.log)),

  /** Mean 0 and deviation 1 over the axes from `axis` on, then scale and bias. */
  LayerNormalization: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', -1), x.dims.length);
    const epsilon = floatAttribute(call, 'epsilon', 1e-5);
    const length = elementCount(x.dims.slice(axis));
    const statistics = runsOf(numbers(x), length).map((run) => {
      const mean = run.reduce((a, b) => a + b, 0) / length;
      const variance = run.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
      return { mean, inverseDeviation: 1 / Math.sqrt(variance + epsilon) };
    });
    const scale = numbers(broadcastTo(input(call, 1), x.dims));
    const biasInput = call.inputs[2];
    const bias = biasInput === undefined ? undefined : numbers(broadcastTo(biasInput, x.dims));
    const data = numbers(x).map((element, i) => {
      const { mean, inverseDeviation } = statistics[Math.floor(i / length)] as (typeof statistics)[number];
      return (element - mean) * inverseDeviation * at(scale, i) + (bias === undefined ? 0 : at(bias, i));
    });
    const dims = x.dims.map((size, i) => (i < axis ? size : 1));
    return [
      { ...x, data },
      { dtype: 'float32', dims, data: Float64Array.from(statistics, ({ mean }) => mean) },
      { dtype: 'float32', dims, data: Float64Array.from(statistics, (run) => run.inverseDeviation) },
    ];
  },

  /** With the stored mean and variance of each channel (axis 1). */
  BatchNormalization: (call) => {
    if (intAttribute(call, 'training_mode', 0) !== 0)
      throw unsupported(call, 'training_mode is not supported');
    const x = input(call, 0);
    const epsilon = floatAttribute(call, 'epsilon', 1e-5);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => channelValues(call, x, index)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const channels = x.dims[1] ?? 1;
    const plane = elementCount(x.dims.slice(2));
    const data = numbers(x).map((element, i) => {
      const c = Math.floor(i / plane) % channels;
      return ((element - at(mean, c)) / Math.sqrt(at(variance, c) + epsilon)) * at(scale, c) + at(bias, c);
    });
    return { ...x, data };
  },

  /** Mean 0 and deviation 1 over each image plane, then scale and bias per channel. */
  InstanceNormalization: (call) => {
    const x = input(call, 0);
    const [scale, bias] = [channelValues(call, x, 1), channelValues(call, x, 2)];
    const channels = x.dims[1] ?? 1;
    const normal = normalizeRuns(call, x, elementCount(x.dims.slice(2)));
    const plane = elementCount(x.dims.slice(2));
    const data = normal.map((element, i) => {
      const c = Math.floor(i / plane) % channels;
      return element * at(scale, c) + at(bias, c);
    });
    return { ...x, data };
  },

  /** Mean 0 and deviation 1 over groups of channels; scale and bias per group until operator set 20, then per channel. */
  GroupNormalization: (call) => {
    const x = input(call, 0);
    const groups = intAttribute(call, 'num_groups', 1);
    const channels = x.dims[1] ?? 1;
    if (channels % groups !== 0) throw invalid(call, `${channels} channels do not make ${groups} groups`);
    const [scale, bias] = [numbers(input(call, 1)), numbers(input(call, 2))];
    const channelsPerEntry = channels / scale.length;
    const plane = elementCount(x.dims.slice(2));
    const normal = normalizeRuns(call, x, (channels / groups) * plane);
    const data = normal.map((element, i) => {
      const entry = Math.floor((Math.floor(i / plane) % channels) / channelsPerEntry);
      return element * at(scale, entry) + at(bias, entry);
    });
    return { ...x, data };
  },

  /** Divides by the root of the mean square over the axes from `axis` on, then scales. */
  RMSNormalization: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', -1), x.dims.length);
    const epsilon = floatAttribute(call, 'epsilon', 1e-5);
    const length = elementCount(x.dims.slice(axis));
    const scale = numbers(broadcastTo(input(call, 1), x.dims));
    const roots = runsOf(numbers(x), length).map((run) =>
      Math.sqrt(run.reduce((a, b) => a + b * b, 0) / length + epsilon),
    );
    const data = numbers(x).map(
      (element, i) => (element / (roots[Math.floor(i / length)] ?? 1)) * at(scale, i),
    );
    return { ...x, data };
  },

  /** Divides by the sum of absolutes (`p` 1) or the root of the sum of squares (`p` 2) along an axis. */
  LpNormalization: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', -1), x.dims.length);
    const p = intAttribute(call, 'p', 2);
    const norm = (run: Float64Array): number =>
      p === 1 ? run.reduce((a, b) => a + Math.abs(b), 0) : Math.sqrt(run.reduce((a, b) => a + b * b, 0));
    return alongAxis(x, axis, (run) => {
      const length = norm(run);
      return length === 0 ? run : run.map((element) => element / length);
    });
  },
};

/** Shares of e^x along an axis. Before operator set 13 the axis and all after it count as one. */
function softmax(finish: (shares: Float64Array) => Float64Array): Operator {
  return (call) => {
    const x = input(call, 0);
    const flattening = call.opset < 13;
    const axis = axisOf(call, intAttribute(call, 'axis', flattening ? 1 : -1), x.dims.length);
    if (flattening) return { ...x, data: shares(numbers(x), elementCount(x.dims.slice(axis)), finish) };

    return alongAxis(x, axis, (run) => shares(run, run.length, finish));
  };
}

function shares(
  data: Float64Array,
  length: number,
  finish: (shares: Float64Array) => Float64Array,
): Float64Array {
  const result = new Float64Array(data.length);
  runsOf(data, length).forEach((run, i) => {
    const largest = run.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = run.map((x) => Math.exp(x - largest));
    const total = powers.reduce((a, b) => a + b, 0);
    result.set(finish(powers.map((power) => power / total)), i * length);
  });
  return result;
}

/** Each run of `length` elements brought to mean 0 and deviation 1. */
function normalizeRuns(call: OperatorCall, x: Value, length: number): Float64Array {
  const epsilon = floatAttribute(call, 'epsilon', 1e-5);
  const result = new Float64Array(x.data.length);
  runsOf(numbers(x), length).forEach((run, i) => {
    const mean = run.reduce((a, b) => a + b, 0) / length;
    const variance = run.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    result.set(
      run.map((element) => (element - mean) / Math.sqrt(variance + epsilon)),
      i * length,
    );
  });
  return result;
}

function runsOf(data: Float64Array, length: number): Float64Array[] {
  return Array.from({ length: length === 0 ? 0 : data.length / length }, (_, i) =>
    data.subarray(i * length, (i + 1) * length),
  );
}

function channelValues(call: OperatorCall, x: Value, index: number): Float64Array {
  const values = numbers(input(call, index));
  if (values.length !== (x.dims[1] ?? 1)) {
    throw invalid(call, `input ${index} has ${values.length} values for ${x.dims[1] ?? 1} channels`);
  }
  return values;
}
