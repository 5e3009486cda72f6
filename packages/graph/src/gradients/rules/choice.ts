/** Operators that take one of several values. Equal values share the gradient, as PyTorch has it. */
import { add, and, div, equal, greaterOrEqual, lessOrEqual, mul, where } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { broadcast } from '../elementwise.ts';
import type { GradientRule } from '../rule.ts';
import { indicator } from '../shapes.ts';

/** Max and Min of any number of inputs. */
const extreme: GradientRule = (view) => {
  const y = view.output();
  const isBest = (index: number): Value => indicator(equal(view.input(index), y), y);
  let count: Value | undefined;
  const winners = (): Value =>
    (count ??= view.node.inputs.map((_, index) => isBest(index)).reduce((a, b) => add(a, b)));
  return view.node.inputs.map((_, index) =>
    broadcast(view, index, () => mul(view.compactGradient, div(isBest(index), winners()))),
  );
};

const clip: GradientRule = (view) => {
  const x = view.input(0);
  const inside = (): Value[] => [
    ...(view.has(1) ? [greaterOrEqual(x, view.input(1))] : []),
    ...(view.has(2) ? [lessOrEqual(x, view.input(2))] : []),
  ];
  return [
    () => {
      const conditions = inside();
      const g = view.compactGradient;
      return conditions.length === 0
        ? g
        : mul(
            g,
            indicator(
              conditions.reduce((a, b) => and(a, b)),
              x,
            ),
          );
    },
  ];
};

export const choiceRules: Readonly<Record<string, GradientRule>> = {
  Max: extreme,
  Min: extreme,
  Clip: clip,
  Where: (view) => [
    undefined,
    broadcast(view, 1, () => where(view.input(0), view.compactGradient, 0)),
    broadcast(view, 2, () => where(view.input(0), 0, view.compactGradient)),
  ],
};
