/** Operators that treat every element alone, with broadcasting: arithmetic, comparison, logic, choice. */
import type { DType } from '@oddpixel/contract';
import { broadcastDims, broadcastTo } from './indexing.ts';
import { roundHalfToEven } from './float16.ts';
import { input, intAttribute } from './operator.ts';
import type { Operator, OperatorCall, OperatorTable } from './operator.ts';
import { at, isInteger, numbers } from './value.ts';
import type { Value } from './value.ts';

/** One input, same type out (or `dtype`). */
export function unary(compute: (x: number, call: OperatorCall) => number, dtype?: DType): Operator {
  return (call) => {
    const x = input(call, 0);
    return {
      dtype: dtype ?? x.dtype,
      dims: x.dims,
      data: numbers(x).map((element) => compute(element, call)),
    };
  };
}

/** Two inputs, broadcast together; the first one's type out (or `dtype`). */
function binary(compute: (a: number, b: number, inputs: DType) => number, dtype?: DType): Operator {
  return (call) => combine(call, [input(call, 0), input(call, 1)], compute, dtype);
}

/** Any number of inputs, folded from left to right. */
function variadic(compute: (a: number, b: number) => number): Operator {
  return (call) => {
    const values = call.inputs.map((_, index) => input(call, index));
    return values.slice(1).reduce((result, value) => combine(call, [result, value], compute), input(call, 0));
  };
}

function combine(
  call: OperatorCall,
  [a, b]: readonly [Value, Value],
  compute: (a: number, b: number, inputs: DType) => number,
  dtype: DType = a.dtype,
): Value {
  const dims = broadcastDims(call, a.dims, b.dims);
  const right = numbers(broadcastTo(b, dims));
  const data = numbers(broadcastTo(a, dims)).map((left, index) => compute(left, at(right, index), a.dtype));
  return { dtype, dims, data };
}

const arithmetic: OperatorTable = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, inputs) => (isInteger(inputs) ? Math.trunc(a / b) : a / b)),
  /** The sign of the divisor, as in Python; with `fmod` the sign of the dividend, as in C. */
  Mod: (call) => {
    const fmod = intAttribute(call, 'fmod', 0) === 1;
    return binary((a, b) => (fmod ? a % b : a - Math.floor(a / b) * b))(call);
  },
  Pow: binary((a, b) => a ** b),
  Max: variadic((a, b) => Math.max(a, b)),
  Min: variadic((a, b) => Math.min(a, b)),
  Sum: variadic((a, b) => a + b),
  Mean: (call) => {
    const total = variadic((a, b) => a + b)(call) as Value;
    return { ...total, data: numbers(total).map((x) => x / call.inputs.length) };
  },
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Clip: (call) => {
    const limit = (index: number, absent: number): number => {
      const value = call.inputs[index];
      return value === undefined ? absent : at(numbers(value), 0);
    };
    const [low, high] = [limit(1, -Infinity), limit(2, Infinity)];
    return unary((x) => Math.min(Math.max(x, low), high))(call);
  },
};

const truth = (condition: boolean): number => (condition ? 1 : 0);

const logic: OperatorTable = {
  Equal: binary((a, b) => truth(a === b), 'bool'),
  Less: binary((a, b) => truth(a < b), 'bool'),
  LessOrEqual: binary((a, b) => truth(a <= b), 'bool'),
  Greater: binary((a, b) => truth(a > b), 'bool'),
  GreaterOrEqual: binary((a, b) => truth(a >= b), 'bool'),
  And: binary((a, b) => truth(a !== 0 && b !== 0), 'bool'),
  Or: binary((a, b) => truth(a !== 0 || b !== 0), 'bool'),
  Xor: binary((a, b) => truth((a !== 0) !== (b !== 0)), 'bool'),
  Not: unary((x) => truth(x === 0), 'bool'),
  IsNaN: unary((x) => truth(Number.isNaN(x)), 'bool'),
  IsInf: (call) => {
    const positive = intAttribute(call, 'detect_positive', 1) === 1;
    const negative = intAttribute(call, 'detect_negative', 1) === 1;
    return unary((x) => truth((positive && x === Infinity) || (negative && x === -Infinity)), 'bool')(call);
  },
  Where: (call) => {
    const [condition, yes, no] = [input(call, 0), input(call, 1), input(call, 2)];
    const dims = broadcastDims(call, condition.dims, yes.dims, no.dims);
    const [whenTrue, whenFalse] = [yes, no].map((value) => numbers(broadcastTo(value, dims)));
    const data = numbers(broadcastTo(condition, dims)).map((chosen, index) =>
      at((chosen !== 0 ? whenTrue : whenFalse) as Float64Array, index),
    );
    return { dtype: yes.dtype, dims, data };
  },
};

export const elementwise: OperatorTable = { ...arithmetic, ...logic };
