/** Activation functions: in each line, `g` is the gradient of `y = f(x)`. */
import { add, erf, exp, greater, mul, neg, square, sub } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { unary } from '../elementwise.ts';
import type { GradientRule } from '../rule.ts';
import { indicator } from '../shapes.ts';

/** 1 if `x` is positive, else 0. */
const step = (x: Value): Value => indicator(greater(x, 0), x);

/** Density of the normal distribution. */
const normalDensity = (x: Value): Value => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
/** Its distribution function. */
const normalShare = (x: Value): Value => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);

const gelu: GradientRule = (view) => {
  if (view.string('approximate', 'none') !== 'none')
    throw view.unsupported('the tanh form has no gradient rule');
  return unary((g, x) => mul(g, add(normalShare(x), mul(x, normalDensity(x)))))(view);
};

export const activationRules: Readonly<Record<string, GradientRule>> = {
  Relu: unary((g, x) => mul(g, step(x))),
  LeakyRelu: unary((g, x, _y, view) => {
    const slope = view.float('alpha', 0.01);
    return mul(g, add(mul(step(x), 1 - slope), slope));
  }),
  Sigmoid: unary((g, _x, y) => mul(g, mul(y, sub(1, y)))),
  Tanh: unary((g, _x, y) => mul(g, sub(1, square(y)))),
  Erf: unary((g, x) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  Gelu: gelu,
};
