/** Reductions: what was summed is repeated. */
import { div, equal, mul, reduceSum, unsqueeze } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { axisOf, integersOf, type GradientRule, type NodeView } from '../rule.ts';
import { countAlong, expandLike, indicator } from '../shapes.ts';

interface Reduced {
  readonly axes: readonly number[];
  /** A value in the output's shape with the reduced axes as 1. */
  keep(value: Value): Value;
}

function reduced(view: NodeView): Reduced {
  const x = view.input(0);
  const given = view.ints('axes') ?? integersOf(view, 1) ?? [];
  if (given.length === 0 && view.has(1) && view.constant(1) === undefined) {
    throw view.unsupported('its axes must be constant');
  }
  const all = view.int('noop_with_empty_axes', 0) === 1 ? [] : x.dims.map((_, axis) => axis);
  const axes = given.length === 0 ? all : given.map((axis) => axisOf(axis, x)).sort((a, b) => a - b);
  const isKept = view.int('keepdims', 1) === 1 || axes.length === 0;
  return {
    axes,
    // A scalar broadcasts as it is.
    keep: (value) => (isKept || value.dims.length === 0 ? value : unsqueeze(value, axes)),
  };
}

/** The gradient with the reduced axes as 1: repetition stays unwritten. */
function keptGradient(view: NodeView, { keep }: Reduced): Value {
  const compact = view.compactGradient;
  return keep(compact.dims.length === 0 ? compact : expandLike(compact, view.output()));
}

const sum: GradientRule = (view) => [() => keptGradient(view, reduced(view))];

const mean: GradientRule = (view) => [
  () => {
    const places = reduced(view);
    const g = keptGradient(view, places);
    const { known, unknown } = countAlong(view.input(0), places.axes);
    const share = known === 1 ? g : mul(g, 1 / known);
    return unknown === undefined ? share : div(share, unknown);
  },
];

/** Equal elements share the gradient, as PyTorch's amax and amin have it. */
const extreme: GradientRule = (view) => [
  () => {
    const places = reduced(view);
    const x = view.input(0);
    const isBest = indicator(equal(x, places.keep(view.output())), x);
    const share = div(keptGradient(view, places), reduceSum(isBest, places.axes, { keepDims: true }));
    return mul(isBest, share);
  },
];

export const reductionRules: Readonly<Record<string, GradientRule>> = {
  ReduceSum: sum,
  ReduceMean: mean,
  ReduceMax: extreme,
  ReduceMin: extreme,
};
