/** Adam (Kingma and Ba 2015, arXiv:1412.6980) and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), as in PyTorch. */
import { add, div, mul, sqrt, square, sub, type Value } from '../../onnx/index.ts';
import { decayOf, type Optimizer, type WeightDecay } from './optimizer.ts';

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
  const { weightDecay = 0 } = options;
  return adamLike(options, {
    gradientOf({ parameter, gradient }) {
      const decay = decayOf(weightDecay, parameter);
      return decay === 0 ? gradient : add(gradient, mul(parameter, decay));
    },
    startOf: ({ parameter }) => parameter,
  });
}

/** Adam whose weight decay acts on the parameter itself: it shrinks by `learning rate · decay` before the step. */
export function adamW(options: AdamOptions = {}): Optimizer {
  const { weightDecay = 0.01 } = options;
  return adamLike(options, {
    gradientOf: ({ gradient }) => gradient,
    startOf({ parameter, scalars }) {
      const decay = decayOf(weightDecay, parameter);
      if (decay === 0) return parameter;
      return mul(parameter, sub(1, mul(scalars['rate'] as Value, decay)));
    },
  });
}

type Update = Parameters<Optimizer['update']>[0];

/** Where weight decay comes in. */
interface Decay {
  gradientOf(update: Update): Value;
  /** What the step is taken from. */
  startOf(update: Update): Value;
}

function adamLike(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  { gradientOf, startOf }: Decay,
): Optimizer {
  return {
    moments: ['mean', 'square'],
    scalars: (step, learningRate) => ({
      rate: learningRate,
      // Both means start at 0 and are too small at first: corrected here, not in the graph.
      stepSize: learningRate / (1 - beta1 ** step),
      rootFactor: 1 / Math.sqrt(1 - beta2 ** step),
    }),
    update(given) {
      const { moments, scalars } = given;
      const g = gradientOf(given);
      const mean = add(mul(moments['mean'] as Value, beta1), mul(g, 1 - beta1));
      const squared = add(mul(moments['square'] as Value, beta2), mul(square(g), 1 - beta2));
      const root = add(mul(sqrt(squared), scalars['rootFactor'] as Value), epsilon);
      const step = mul(div(mean, root), scalars['stepSize'] as Value);
      return { parameter: sub(startOf(given), step), moments: { mean, square: squared } };
    },
  };
}
