/** Stochastic gradient descent with momentum (Polyak 1964; Nesterov's form after Sutskever et al. 2013), as in PyTorch. */
import { add, mul, sub, type Value } from '../../index.ts';
import { decayBy, type Optimizer, type WeightDecay } from './optimizer.ts';

export interface SgdOptions {
  /** Share of the last direction that is kept. Default 0: plain descent, nothing remembered. */
  readonly momentum?: number;
  /** Look ahead along the direction. Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient: `decay · parameter`. Default 0. */
  readonly weightDecay?: WeightDecay;
}

export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  return {
    moments: momentum === 0 ? [] : ['direction'],
    scalars: (_step, learningRate) => ({ rate: learningRate }),
    weightDecayOf: decayBy(weightDecay),
    update({ parameter, gradient, weightDecay: decay, moments, scalars }) {
      const g = decay === 0 ? gradient : add(gradient, mul(parameter, decay));
      const move = (direction: Value): Value => sub(parameter, mul(direction, scalars['rate'] as Value));
      const last = moments['direction'];
      if (last === undefined) return { parameter: move(g), moments: {} };
      const direction = add(mul(last, momentum), g);
      return {
        parameter: move(nesterov ? add(g, mul(direction, momentum)) : direction),
        moments: { direction },
      };
    },
  };
}
