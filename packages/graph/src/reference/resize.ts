/** Resize: nearest and linear, one axis at a time. Not here: cubic, antialiasing, regions of interest. */
import { elementCount } from '@oddpixel/contract/unstable';
import {
  input,
  intAttribute,
  intsAttribute,
  invalid,
  numbersInput,
  stringAttribute,
  unsupported,
} from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';

/** How one axis changes. `scale` is output / input, as given or as it follows from the sizes. */
interface AxisResize {
  readonly axis: number;
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

/** The input elements that one output element is made of. */
type Taps = readonly { readonly index: number; readonly weight: number }[];

export const resize: OperatorTable = {
  Resize: (call) => {
    if (intAttribute(call, 'antialias', 0) !== 0) throw unsupported(call, 'antialias is not supported');
    return plannedAxes(call).reduce(
      (value, plan) => (plan.scale === 1 ? value : resizeAxis(value, plan, tapsOf(call, plan))),
      input(call, 0),
    );
  },
};

function plannedAxes(call: OperatorCall): readonly AxisResize[] {
  const policy = stringAttribute(call, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') throw unsupported(call, `keep_aspect_ratio_policy ${policy} is not supported`);
  const { dims } = input(call, 0);
  const axes = intsAttribute(call, 'axes') ?? dims.map((_, axis) => axis);
  // Inputs: X, region of interest, scales, sizes. Older graphs mark a left-out list by an empty one.
  const given = (index: number): readonly number[] | undefined => {
    const list = numbersInput(call, index);
    return list?.length === 0 ? undefined : list;
  };
  const [scales, sizes] = [given(2), given(3)];
  const list = scales ?? sizes;
  if (list === undefined || list.length !== axes.length) {
    throw invalid(call, `expected ${axes.length} scales or sizes, received ${list?.length ?? 'none'}`);
  }
  return axes.map((givenAxis, i) => {
    const axis = givenAxis < 0 ? givenAxis + dims.length : givenAxis;
    const size = dims[axis];
    if (size === undefined) throw invalid(call, `there is no axis ${givenAxis}`);
    const scale = scales?.[i] ?? (sizes?.[i] as number) / size;
    return { axis, input: size, output: sizes?.[i] ?? Math.floor(single(size * scale)), scale };
  });
}

function tapsOf(call: OperatorCall, plan: AxisResize): (output: number) => Taps {
  const position = positionIn(call, plan);
  const clamp = (index: number): number => Math.min(Math.max(index, 0), plan.input - 1);
  const mode = stringAttribute(call, 'mode', 'nearest');
  if (mode === 'nearest') {
    const round = rounding(call);
    return (output) => [{ index: clamp(round(position(output))), weight: 1 }];
  }
  if (mode !== 'linear') throw unsupported(call, `mode ${mode} is not supported`);
  return (output) => {
    const x = clamp(position(output));
    const index = Math.floor(x);
    const rest = x - index;
    return [
      { index, weight: 1 - rest },
      { index: clamp(index + 1), weight: rest },
    ];
  };
}

/** Where an output element lies in the input, both counted in elements. */
function positionIn(call: OperatorCall, plan: AxisResize): (output: number) => number {
  const { input: inputSize, output: outputSize, scale } = plan;
  const mode = stringAttribute(call, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return (x) => (x + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return (x) => (outputSize > 1 ? (x + 0.5) / scale - 0.5 : 0);
    case 'half_pixel_symmetric': {
      const offset = (inputSize / 2) * (1 - outputSize / (scale * inputSize));
      return (x) => offset + (x + 0.5) / scale - 0.5;
    }
    case 'align_corners':
      return (x) => (outputSize === 1 ? 0 : (x * (inputSize - 1)) / (outputSize - 1));
    case 'asymmetric':
      return (x) => x / scale;
    default:
      throw unsupported(call, `coordinate_transformation_mode ${mode} is not supported`);
  }
}

/**
 * Scales are float32, so a product or quotient that should be a whole number may miss it slightly; rounded to float32
 * it is whole again. Without this, 8 / (4/3) would lie just below 6 and its floor be 5.
 */
const single: (x: number) => number = Math.fround;

function rounding(call: OperatorCall): (position: number) => number {
  const mode = stringAttribute(call, 'nearest_mode', 'round_prefer_floor');
  switch (mode) {
    case 'round_prefer_floor':
      return (x) => Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return (x) => Math.floor(x + 0.5);
    case 'floor':
      return Math.floor;
    case 'ceil':
      return Math.ceil;
    default:
      throw unsupported(call, `nearest_mode ${mode} is not supported`);
  }
}

function resizeAxis(value: Value, plan: AxisResize, taps: (output: number) => Taps): Value {
  const outer = elementCount(value.dims.slice(0, plan.axis));
  const inner = elementCount(value.dims.slice(plan.axis + 1));
  const x = numbers(value);
  const data = new Float64Array(outer * plan.output * inner);
  for (let place = 0; place < plan.output; place++) {
    const tapsHere = taps(place);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (const { index, weight } of tapsHere) sum += weight * at(x, (o * plan.input + index) * inner + i);
        data[(o * plan.output + place) * inner + i] = sum;
      }
    }
  }
  const dims = value.dims.map((size, axis) => (axis === plan.axis ? plan.output : size));
  return { dtype: value.dtype, dims, data };
}
