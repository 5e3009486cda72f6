/** Normalization. Statistics are computed again: not every device returns them. */
import {
  add,
  div,
  mul,
  pow,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
} from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { axisOf, type GradientRule } from '../rule.ts';
import { sumToInput } from '../shapes.ts';

const defaultEpsilon = 1e-5;

/** `y = softmax(x)`: each share loses what all shares together gain. */
const softmax: GradientRule = (view) => [
  () => {
    const [g, y] = [view.gradient, view.output()];
    const axis = axisOf(view.int('axis', -1), y);
    return mul(y, sub(g, reduceSum(mul(g, y), [axis], { keepDims: true })));
  },
];

/** `y = n · scale + bias` with `n = (x − mean) / deviation` over the axes from `axis` on (Ba et al. 2016). */
const layerNormalization: GradientRule = (view) => {
  const x = view.input(0);
  const first = axisOf(view.int('axis', -1), x);
  const axes = x.dims.map((_, axis) => axis).slice(first);
  const mean = (v: Value): Value => reduceMean(v, axes, { keepDims: true });
  let parts: { normal: Value; deviation: Value } | undefined;
  const statistics = (): { normal: Value; deviation: Value } => {
    if (parts !== undefined) return parts;
    const centred = sub(x, mean(x));
    const deviation = sqrt(add(mean(square(centred)), view.float('epsilon', defaultEpsilon)));
    return (parts = { normal: div(centred, deviation), deviation });
  };
  return [
    () => {
      const { normal, deviation } = statistics();
      const g = mul(view.gradient, view.input(1));
      return div(sub(sub(g, mean(g)), mul(normal, mean(mul(g, normal)))), deviation);
    },
    () => sumToInput(mul(view.gradient, statistics().normal), x, view.input(1)),
    () => sumToInput(view.gradient, x, view.input(2)),
  ];
};

/** `y = (x − mean) / √(variance + ε) · scale + bias` with stored statistics per channel (Ioffe and Szegedy 2015). */
const batchNormalization: GradientRule = (view) => {
  if (view.int('training_mode', 0) !== 0) {
    throw view.unsupported('training mode has no gradient rule; build it with batchNormalizationTraining');
  }
  const x = view.input(0);
  const perChannel = (v: Value): Value => reshape(v, [-1, ...x.dims.slice(2).map(() => 1)]);
  const sum = (v: Value): Value =>
    reduceSum(
      v,
      x.dims.map((_, axis) => axis).filter((axis) => axis !== 1),
    );
  const spread = add(view.input(4), view.float('epsilon', defaultEpsilon));
  const factor = (): Value => div(view.input(1), sqrt(spread));
  const centred = (): Value => sub(x, perChannel(view.input(3)));
  return [
    () => mul(view.gradient, perChannel(factor())),
    () => div(sum(mul(view.gradient, centred())), sqrt(spread)),
    () => sum(view.gradient),
    () => mul(mul(sum(view.gradient), factor()), -1),
    () => mul(mul(sum(mul(view.gradient, centred())), view.input(1)), mul(pow(spread, -1.5), -0.5)),
  ];
};

export const normalizationRules: Readonly<Record<string, GradientRule>> = {
  Softmax: softmax,
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
};
