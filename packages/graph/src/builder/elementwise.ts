/** Operators that work on each element by itself; shapes broadcast as in NumPy. */
import type { Operand, Value } from './graph-builder.ts';
import { builderOf, only, toValues } from './operand.ts';

export type Unary = (x: Value) => Value;
export type Binary = (a: Operand, b: Operand) => Value;

const unary =
  (opType: string): Unary =>
  (x) =>
    only(x.builder.node(opType, [x]));

const binary =
  (opType: string): Binary =>
  (a, b) =>
    only(builderOf([a, b]).node(opType, toValues([a, b])));

export const abs: Unary = unary('Abs');
export const ceil: Unary = unary('Ceil');
export const erf: Unary = unary('Erf');
export const exp: Unary = unary('Exp');
export const floor: Unary = unary('Floor');
export const identity: Unary = unary('Identity');
export const log: Unary = unary('Log');
export const neg: Unary = unary('Neg');
export const not: Unary = unary('Not');
export const reciprocal: Unary = unary('Reciprocal');
export const relu: Unary = unary('Relu');
export const sigmoid: Unary = unary('Sigmoid');
export const sign: Unary = unary('Sign');
export const sqrt: Unary = unary('Sqrt');
export const tanh: Unary = unary('Tanh');

export const add: Binary = binary('Add');
export const div: Binary = binary('Div');
export const maximum: Binary = binary('Max');
export const minimum: Binary = binary('Min');
export const mul: Binary = binary('Mul');
export const pow: Binary = binary('Pow');
export const sub: Binary = binary('Sub');

export const and: Binary = binary('And');
export const equal: Binary = binary('Equal');
export const greater: Binary = binary('Greater');
export const greaterOrEqual: Binary = binary('GreaterOrEqual');
export const less: Binary = binary('Less');
export const lessOrEqual: Binary = binary('LessOrEqual');
export const or: Binary = binary('Or');

/** `condition ? a : b` for each element. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return only(condition.builder.node('Where', [condition, ...toValues([a, b])]));
}

/** Values limited to `low`..`high`. */
export function clip(x: Value, low: number, high: number): Value {
  const [, min, max] = toValues([x, low, high]);
  return only(x.builder.node('Clip', [x, min, max]));
}

/** `x` if positive, else `slope · x`. */
export function leakyRelu(x: Value, slope: number = 0.01): Value {
  return only(x.builder.node('LeakyRelu', [x], { alpha: { kind: 'float', value: slope } }));
}

/** Gaussian error linear unit, from plain operators: `x · ½ (1 + erf(x / √2))`. */
export function gelu(x: Value): Value {
  const scaled = mul(x, Math.SQRT1_2);
  const twiceShare = add(erf(scaled), 1);
  const y = mul(mul(x, 0.5), twiceShare);
  // Φ(x) + x φ(x), with factors drawn together.
  return x.builder.setSlope(y, {
    x,
    build: () =>
      mul(add(twiceShare, mul(scaled, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), square(scaled))))), 0.5),
  });
}

/** `x²`. */
export function square(x: Value): Value {
  return mul(x, x);
}

/** Exponentials that sum to 1 along `axis`. */
export function softmax(x: Value, axis: number = -1): Value {
  return only(x.builder.node('Softmax', [x], { axis: { kind: 'int', value: axis } }));
}
