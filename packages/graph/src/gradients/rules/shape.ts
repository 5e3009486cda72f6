/** Operators that change the shape or the type and keep the elements. */
import { cast, concat, slice, transpose } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { scalar } from '../../builder/operand.ts';
import { unary } from '../elementwise.ts';
import { axisOf, sizeOf, type GradientRule, type NodeView } from '../rule.ts';
import { expandLike, reshapeLike, sumToInput } from '../shapes.ts';

const sameElements: GradientRule = (view) => [() => reshapeLike(view.gradient, view.input(0))];

const transposeRule: GradientRule = (view) => {
  const { dims } = view.input(0);
  const order = view.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  return [
    () =>
      transpose(
        view.gradient,
        dims.map((_, axis) => order.indexOf(axis)),
      ),
  ];
};

/** Each part gets its own piece back. */
const concatRule: GradientRule = (view) => {
  const axis = axisOf(view.int('axis', 0), view.output());
  return view.node.inputs.map((_, index) => () => {
    const sizes = view.node.inputs.slice(0, index + 1).map((_, i) => sizeOf(view, view.input(i), axis));
    const end = sizes.reduce((a, b) => a + b, 0);
    return slice(view.gradient, { axis, start: end - (sizes[index] ?? 0), end });
  });
};

/** The pieces joined again; a piece that the loss does not use has gradient 0. */
const splitRule: GradientRule = (view) => {
  const axis = axisOf(view.int('axis', 0), view.input(0));
  return [
    () =>
      concat(
        view.node.outputs.map((_, index) => view.gradientOf(index) ?? zeros(view, index)),
        axis,
      ),
  ];
};

function zeros(view: NodeView, index: number): Value {
  const value = view.output(index);
  return expandLike(scalar(value.builder, 0, value.dtype), value);
}

const dropout: GradientRule = (view) => {
  if (view.has(2)) throw view.unsupported('only the inference form has a gradient rule');
  return [() => view.compactGradient];
};

export const shapeRules: Readonly<Record<string, GradientRule>> = {
  Identity: unary((g) => g),
  Cast: unary((g, x) => cast(g, x.dtype)),
  Dropout: dropout,
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: transposeRule,
  Expand: (view) => [() => sumToInput(view.compactGradient, view.output(), view.input(0))],
  Concat: concatRule,
  Split: splitRule,
};
