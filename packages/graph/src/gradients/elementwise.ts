/** How rules of elementwise operators are written: a formula per input; broadcasting is undone here. */
import type { Value } from '../builder/index.ts';
import type { GradientRule, NodeView, Part } from './rule.ts';
import { sumToInput } from './shapes.ts';

/** Gradient of `x` in `y = f(x)`, from the gradient `g` of `y`. */
export function unary(formula: (g: Value, x: Value, y: Value, view: NodeView) => Value): GradientRule {
  return (view) => [() => formula(view.compactGradient, view.input(0), view.output(), view)];
}

type BinaryFormula = (g: Value, a: Value, b: Value, y: Value) => Value;

/** Gradients of `a` and `b` in `y = f(a, b)`, which broadcast together. */
export function binary(ofA: BinaryFormula, ofB: BinaryFormula): GradientRule {
  return (view) =>
    [ofA, ofB].map((formula, index) =>
      broadcast(view, index, () =>
        formula(view.compactGradient, view.input(0), view.input(1), view.output()),
      ),
    );
}

/** A part in the output's shape, brought to the shape of input `index`. */
export function broadcast(view: NodeView, index: number, part: Part): Part {
  return () => sumToInput(part(), view.output(), view.input(index));
}
