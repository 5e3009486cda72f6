/** Arithmetic: in each line, `g` is the gradient of the result `y`. */
import {
  add,
  cast,
  div,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  square,
  sub,
  where,
} from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { binary, broadcast, unary } from '../elementwise.ts';
import type { GradientRule } from '../rule.ts';
import { indicator } from '../shapes.ts';

/** Constant exponents, which are the rule in losses, need no logarithm and often no power. */
const power: GradientRule = (view) => {
  const [x, y, g] = [view.input(0), view.output(), view.compactGradient];
  const tensor = view.constant(1);
  const exponent = tensor?.data.length === 1 ? Number(tensor.data[0]) : undefined;
  const slope = (): Value => {
    if (exponent === 2) return mul(x, 2);
    if (exponent === 0.5) return div(0.5, y);
    if (exponent !== undefined) return mul(pow(x, exponent - 1), exponent);
    const p = cast(view.input(1), x.dtype);
    return mul(pow(x, add(p, -1)), p);
  };
  return [
    broadcast(view, 0, () => mul(g, slope())),
    // log x is only defined, and only needed, where x is positive.
    broadcast(view, 1, () => mul(g, mul(y, log(where(greater(x, 0), x, 1))))),
  ];
};

/** A square, which losses are full of, takes one product instead of two and a sum. */
const product: GradientRule = (view) => {
  const [a, b, g] = [view.input(0), view.input(1), view.compactGradient];
  if (a.name === b.name) return [() => mul(mul(g, 2), a)];
  return [broadcast(view, 0, () => mul(g, b)), broadcast(view, 1, () => mul(g, a))];
};

const sum: GradientRule = (view) =>
  view.node.inputs.map((_, index) => broadcast(view, index, () => view.compactGradient));

export const arithmeticRules: Readonly<Record<string, GradientRule>> = {
  Add: sum,
  Sum: sum,
  Sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  Mul: product,
  Div: binary(
    (g, _a, b) => div(g, b),
    (g, _a, b, y) => neg(div(mul(g, y), b)),
  ),
  Pow: power,
  Neg: unary((g) => neg(g)),
  // Not Sign, which is missing on WebGPU.
  Abs: unary((g, x) => mul(g, sub(indicator(greater(x, 0), x), indicator(less(x, 0), x)))),
  Reciprocal: unary((g, _x, y) => neg(mul(g, square(y)))),
  Sqrt: unary((g, _x, y) => div(mul(g, 0.5), y)),
  Exp: unary((g, _x, y) => mul(g, y)),
  Log: unary((g, x) => div(g, x)),
};
