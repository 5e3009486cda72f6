/**
 * What convolution and pooling share: a window that slides over images `[N, C, H, W]`. Sequences `[N, C, W]`
 * are treated as images of height 1.
 */
import { intAttribute, intsAttribute, invalid, stringAttribute, unsupported } from './operator.ts';
import type { OperatorCall } from './operator.ts';
import type { Value } from './value.ts';

/** How the window moves along one axis. */
export interface WindowAxis {
  /** Elements under the window. */
  readonly kernel: number;
  readonly stride: number;
  /** Distance between neighbouring elements under the window. */
  readonly dilation: number;
  /** Padding before the first and after the last element. */
  readonly padBefore: number;
  readonly padAfter: number;
  /** Size of the input and of the output along this axis. */
  readonly input: number;
  readonly output: number;
}

/** Gives a sequence a height of 1. */
export function asPicture(call: OperatorCall, value: Value): Value {
  const { dims } = value;
  if (dims.length === 4) return value;
  if (dims.length === 3) return { ...value, dims: [...dims.slice(0, 2), 1, ...dims.slice(2)] };
  throw unsupported(call, `only [N,C,H,W] and [N,C,W] are supported, received [${dims.join(',')}]`);
}

/** Removes the height of 1 again if the operator's input had none. */
export function likeInput(value: Value, rank: number): Value {
  return rank === 4 ? value : { ...value, dims: value.dims.filter((_, axis) => axis !== 2) };
}

/** An attribute with one entry per spatial axis, as `[vertical, horizontal]`. */
export function perAxis(
  call: OperatorCall,
  name: string,
  rank: number,
  absent: number,
): readonly [number, number] {
  const given = intsAttribute(call, name) ?? Array.from({ length: rank - 2 }, () => absent);
  // A sequence has no vertical axis; its window does not move there.
  const whole = rank === 3 ? [name === 'output_padding' ? 0 : 1, ...given] : given;
  const [vertical, horizontal] = whole;
  if (whole.length !== 2 || vertical === undefined || horizontal === undefined) {
    throw invalid(call, `attribute ${name} has ${given.length} entries for ${rank - 2} axes`);
  }
  return [vertical, horizontal];
}

/** The vertical and the horizontal movement of a window over an image. */
export function slidingWindow(
  call: OperatorCall,
  picture: Value,
  kernel: readonly [number, number],
  rank: number,
): readonly [WindowAxis, WindowAxis] {
  const strides = perAxis(call, 'strides', rank, 1);
  const dilations = perAxis(call, 'dilations', rank, 1);
  const pads = explicitPads(call, rank);
  const autoPad = stringAttribute(call, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(call, 'ceil_mode', 0) === 1;

  const along = (axis: 0 | 1): WindowAxis => {
    const size = picture.dims[2 + axis] as number;
    const [stride, dilation] = [strides[axis], dilations[axis]];
    const extent = (kernel[axis] - 1) * dilation + 1;
    let [padBefore, padAfter] = [pads[axis], pads[axis + 2] as number];
    if (autoPad === 'VALID') [padBefore, padAfter] = [0, 0];
    if (autoPad.startsWith('SAME')) {
      const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
      padBefore = autoPad === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2);
      padAfter = total - padBefore;
    }
    const steps = (size + padBefore + padAfter - extent) / stride;
    let output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // Rounding up must not add a window that lies in the padding alone.
    if (ceil && (output - 1) * stride >= size + padBefore) output--;
    if (output < 1) throw invalid(call, `a window of ${extent} does not fit an axis of ${size}`);
    return { kernel: kernel[axis], stride, dilation, padBefore, padAfter, input: size, output };
  };
  return [along(0), along(1)];
}

/** `[top, left, bottom, right]`. */
export function explicitPads(call: OperatorCall, rank: number): readonly [number, number, number, number] {
  const pads = intsAttribute(call, 'pads') ?? Array.from({ length: 2 * (rank - 2) }, () => 0);
  const whole = rank === 3 ? [0, pads[0], 0, pads[1]] : pads;
  const [top, left, bottom, right] = whole;
  if (
    pads.length !== 2 * (rank - 2) ||
    top === undefined ||
    left === undefined ||
    bottom === undefined ||
    right === undefined
  ) {
    throw invalid(call, `attribute pads has ${pads.length} entries for ${rank - 2} axes`);
  }
  return [top, left, bottom, right];
}
