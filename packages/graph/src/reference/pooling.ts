/** Pooling over images `[N, C, H, W]` and sequences `[N, C, W]`. */
import { input, intAttribute, unsupported } from './operator.ts';
import type { Operator, OperatorCall, OperatorTable } from './operator.ts';
import { reduceLast } from './reduction.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';
import { asPicture, likeInput, perAxis, slidingWindow } from './window.ts';
import type { WindowAxis } from './window.ts';

/** What lies under the window at one place: the elements inside the image, and how many places count. */
interface Patch {
  readonly elements: readonly number[];
  /** Places under the window that are inside the image or its declared padding. */
  readonly places: number;
}

export const pooling: OperatorTable = {
  MaxPool: (call) => {
    if (call.node.outputs.length > 1) throw unsupported(call, 'the indices output is not supported');
    return pool(call, ({ elements }) => elements.reduce((a, b) => Math.max(a, b), -Infinity));
  },
  AveragePool: (call) => {
    const includePad = intAttribute(call, 'count_include_pad', 0) === 1;
    return pool(call, ({ elements, places }) => {
      const sum = elements.reduce((a, b) => a + b, 0);
      return sum / (includePad ? places : elements.length);
    });
  },
  GlobalAveragePool: global((plane) => plane.reduce((a, b) => a + b, 0) / plane.length),
  GlobalMaxPool: global((plane) => plane.reduce((a, b) => Math.max(a, b), -Infinity)),
};

function pool(call: OperatorCall, summarize: (patch: Patch) => number): Value {
  const rank = input(call, 0).dims.length;
  const picture = asPicture(call, input(call, 0));
  const [vertical, horizontal] = slidingWindow(call, picture, perAxis(call, 'kernel_shape', rank, 1), rank);
  const [batch, channels] = picture.dims as [number, number];
  const x = numbers(picture);
  const data = new Float64Array(batch * channels * vertical.output * horizontal.output);

  let next = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < vertical.output; y++) {
      const rows = placesAlong(vertical, y);
      for (let column = 0; column < horizontal.output; column++) {
        const columns = placesAlong(horizontal, column);
        const elements = rows.inside.flatMap((row) =>
          columns.inside.map((col) => at(x, (plane * vertical.input + row) * horizontal.input + col)),
        );
        data[next++] = summarize({ elements, places: rows.count * columns.count });
      }
    }
  }
  const dims = [batch, channels, vertical.output, horizontal.output];
  return likeInput({ dtype: picture.dtype, dims, data }, rank);
}

/** The input positions under the window at output position `place`, and how many lie in input or padding. */
function placesAlong(axis: WindowAxis, place: number): { inside: readonly number[]; count: number } {
  const positions = Array.from(
    { length: axis.kernel },
    (_, k) => place * axis.stride + k * axis.dilation - axis.padBefore,
  );
  return {
    inside: positions.filter((position) => position >= 0 && position < axis.input),
    count: positions.filter((position) => position < axis.input + axis.padAfter).length,
  };
}

/** Summarizes each image plane to one number, keeping its axes with size 1. */
function global(summarize: (plane: Float64Array) => number): Operator {
  return (call) => {
    const picture = input(call, 0);
    const spatialAxes = picture.dims.slice(2);
    return {
      dtype: picture.dtype,
      dims: [...picture.dims.slice(0, 2), ...spatialAxes.map(() => 1)],
      data: reduceLast(picture, spatialAxes.length, summarize),
    };
  };
}
