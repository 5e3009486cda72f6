/** Activation functions: one input, one output of the same shape. */
import { unary } from './elementwise.ts';
import { broadcastTo } from './indexing.ts';
import { floatAttribute, input, stringAttribute } from './operator.ts';
import type { Operator, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';

/** An activation with one float attribute. */
function withFloat(
  name: string,
  absent: number,
  compute: (x: number, parameter: number) => number,
): Operator {
  return (call) => {
    const parameter = floatAttribute(call, name, absent);
    return unary((x) => compute(x, parameter))(call);
  };
}

export const activation: OperatorTable = {
  Relu: unary((x) => Math.max(x, 0)),
  LeakyRelu: withFloat('alpha', 0.01, (x, alpha) => (x < 0 ? alpha * x : x)),
  Elu: withFloat('alpha', 1, (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x)),
  PRelu: (call) => {
    const x = input(call, 0);
    const slope = numbers(broadcastTo(input(call, 1), x.dims));
    return { ...x, data: numbers(x).map((element, i) => (element < 0 ? at(slope, i) * element : element)) };
  },
  Sigmoid: unary(sigmoid),
  HardSigmoid: (call) => {
    const [alpha, beta] = [floatAttribute(call, 'alpha', 0.2), floatAttribute(call, 'beta', 0.5)];
    return unary((x) => clamp01(alpha * x + beta))(call);
  },
  HardSwish: unary((x) => x * clamp01(x / 6 + 0.5)),
  Softplus: unary(softplus),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Tanh: unary(Math.tanh),
  Mish: unary((x) => x * Math.tanh(softplus(x))),
  ThresholdedRelu: withFloat('alpha', 1, (x, alpha) => (x > alpha ? x : 0)),
  Celu: withFloat('alpha', 1, (x, alpha) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha))),
  Selu: (call) => {
    const alpha = floatAttribute(call, 'alpha', 1.67326319217681884765625);
    const gamma = floatAttribute(call, 'gamma', 1.05070102214813232421875);
    return unary((x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)))(call);
  },
  Erf: unary(erf),
  Gelu: (call) => (stringAttribute(call, 'approximate', 'none') === 'tanh' ? geluTanh(call) : gelu(call)),
};

const gelu: Operator = unary((x) => 0.5 * x * (1 + erf(x / Math.SQRT2)));
const geluTanh: Operator = unary(
  (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
);

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** log(1 + e^x), which does not overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function clamp01(x: number): number {
  return Math.min(Math.max(x, 0), 1);
}

/**
 * The error function in double precision, by the series
 * 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·5…(2n+1)), whose terms all have one sign (Abramowitz & Stegun 7.1.6).
 */
function erf(x: number): number {
  // Beyond 6 the difference from ±1 is below 3e-17.
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
