/**
 * How far weights start from 0, so that signals and gradients neither grow nor fade from layer to layer. Uniform
 * ranges, because they need no logarithm: every engine draws the same bits.
 */

/** The inputs that each output sums up, and the outputs that each input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The weights start uniform within ± the result. */
export type StartSpread = (fans: Fans) => number;

/** For layers before a Relu or its kin: variance 2 / fanIn (He et al. 2015, arXiv:1502.01852). */
export const he: StartSpread = ({ fanIn }) => Math.sqrt(6 / fanIn);

/** For layers before nothing or a symmetric function: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export const glorot: StartSpread = ({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut));
