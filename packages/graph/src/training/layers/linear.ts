/** The fully connected layer. */
import { add, matmul } from '../../index.ts';
import { channelsOf } from './channels.ts';
import type { Layer } from './layer.ts';
import { glorot, type StartSpread } from './start-spread.ts';

export interface LinearOptions {
  /** Size of the last axis of the result. */
  readonly outputs: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default `glorot`. */
  readonly start?: StartSpread;
}

/** `x · matrix + bias` over the last axis: `[…, D]` → `[…, outputs]`. Weights: `matrix` `[D, outputs]`, `bias` `[outputs]`. */
export function linear({ outputs, bias = true, start = glorot }: LinearOptions): Layer {
  return (x, weights) => {
    const own = weights.within('linear');
    const inputs = channelsOf(x, -1);
    const spread = start({ fanIn: inputs, fanOut: outputs });
    const y = matmul(x, own.parameter('matrix', [inputs, outputs], { spread }));
    return bias ? add(y, own.parameter('bias', [outputs], {})) : y;
  };
}
