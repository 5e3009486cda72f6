/** Adam (Kingma and Ba 2015, arXiv:1412.6980) and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), as in PyTorch. */
import { add, div, mul, sqrt, square, sub, type Value } from '../../index.ts';
import { decayBy, type Optimizer, type ParameterUpdate, type WeightDecay } from './optimizer.ts';

export interface AdamOptions {
  /** Share of the old mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number;
  /** Share of the old mean of squared gradients that is kept. Default 0.999. */
  readonly beta2?: number;
  /** Keeps the division finite. Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0 for `adam`, 0.01 for `adamW`. */
  readonly weightDecay?: WeightDecay;
}

/** Adam; weight decay is added to the gradient: `decay · parameter`. */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamLike(options, options.weightDecay ?? 0, {
    gradientOf: ({ parameter, gradient, weightDecay }) =>
      weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay)),
    startOf: ({ parameter }) => parameter,
  });
}

/** Adam whose weight decay acts on the parameter itself: it shrinks by `learning rate · decay` before the step. */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamLike(options, options.weightDecay ?? 0.01, {
    gradientOf: ({ gradient }) => gradient,
    startOf({ parameter, weightDecay, scalars }) {
      if (weightDecay === 0) return parameter;
      return mul(parameter, sub(1, mul(scalars['rate'] as Value, weightDecay)));
    },
  });
}

/** Where weight decay is applied. */
interface Decay {
  gradientOf(update: ParameterUpdate): Value;
  /** What the step is taken from. */
  startOf(update: ParameterUpdate): Value;
}

/**
 * The moments are kept as decaying sums, `Σ β^age g`; their means are these times `1 − β`, a factor that goes into the
 * step's scalars instead of the graph: a fifth less work.
 */
function adamLike(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  weightDecay: WeightDecay,
  { gradientOf, startOf }: Decay,
): Optimizer {
  return {
    moments: ['mean', 'square'],
    weightDecayOf: decayBy(weightDecay),
    scalars(step, learningRate) {
      // Both sums start at 0, so that their means are too small at first: corrected here, not in the graph.
      const mean = (1 - beta1) / (1 - beta1 ** step);
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return { rate: learningRate, stepSize: (learningRate * mean) / root, epsilon: epsilon / root };
    },
    update(given) {
      const { moments, scalars } = given;
      const g = gradientOf(given);
      const sum = add(mul(moments['mean'] as Value, beta1), g);
      const squares = add(mul(moments['square'] as Value, beta2), square(g));
      const root = add(sqrt(squares), scalars['epsilon'] as Value);
      const step = mul(div(sum, root), scalars['stepSize'] as Value);
      return { parameter: sub(startOf(given), step), moments: { mean: sum, square: squares } };
    },
  };
}
