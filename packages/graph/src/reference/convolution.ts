/** Convolutions over images `[N, C, H, W]` and sequences `[N, C, W]`. */
import { input, intAttribute, intsAttribute, invalid, stringAttribute } from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';
import { asPicture, explicitPads, likeInput, perAxis, slidingWindow } from './window.ts';

type Dims4 = [number, number, number, number];

export const convolution: OperatorTable = {
  /** Input `[N, C, H, W]`, weights `[M, C/group, kH, kW]`, bias `[M]`; output `[N, M, H', W']`. */
  Conv: (call) => {
    const rank = input(call, 0).dims.length;
    const picture = asPicture(call, input(call, 0));
    const weights = asPicture(call, input(call, 1));
    const [batch, channels] = picture.dims as Dims4;
    const [maps, channelsPerGroup, kernelHeight, kernelWidth] = weights.dims as Dims4;
    const group = intAttribute(call, 'group', 1);
    if (channels !== channelsPerGroup * group || maps % group !== 0) {
      throw invalid(
        call,
        `weights [${weights.dims.join(',')}] do not fit ${channels} channels in ${group} groups`,
      );
    }
    const [vertical, horizontal] = slidingWindow(call, picture, [kernelHeight, kernelWidth], rank);
    const [x, w] = [numbers(picture), numbers(weights)];
    const bias = biasOf(call, maps);
    const data = new Float64Array(batch * maps * vertical.output * horizontal.output);

    let next = 0;
    for (let n = 0; n < batch; n++) {
      for (let m = 0; m < maps; m++) {
        const firstChannel = Math.floor(m / (maps / group)) * channelsPerGroup;
        for (let y = 0; y < vertical.output; y++) {
          for (let column = 0; column < horizontal.output; column++) {
            let sum = at(bias, m);
            for (let c = 0; c < channelsPerGroup; c++) {
              const plane = (n * channels + firstChannel + c) * vertical.input;
              const kernel = (m * channelsPerGroup + c) * kernelHeight;
              for (let ky = 0; ky < kernelHeight; ky++) {
                const row = y * vertical.stride + ky * vertical.dilation - vertical.padBefore;
                if (row < 0 || row >= vertical.input) continue;
                for (let kx = 0; kx < kernelWidth; kx++) {
                  const col = column * horizontal.stride + kx * horizontal.dilation - horizontal.padBefore;
                  if (col < 0 || col >= horizontal.input) continue;
                  sum +=
                    at(x, (plane + row) * horizontal.input + col) * at(w, (kernel + ky) * kernelWidth + kx);
                }
              }
            }
            data[next++] = sum;
          }
        }
      }
    }
    const dims = [batch, maps, vertical.output, horizontal.output];
    return likeInput({ dtype: picture.dtype, dims, data }, rank);
  },

  /** Input `[N, C, H, W]`, weights `[C, M/group, kH, kW]`, bias `[M]`: every input pixel stamps its kernel. */
  ConvTranspose: (call) => {
    const rank = input(call, 0).dims.length;
    const picture = asPicture(call, input(call, 0));
    const weights = asPicture(call, input(call, 1));
    const [batch, channels, height, width] = picture.dims as Dims4;
    const [channelsOfWeights, mapsPerGroup, kernelHeight, kernelWidth] = weights.dims as Dims4;
    const group = intAttribute(call, 'group', 1);
    if (channels !== channelsOfWeights || channels % group !== 0) {
      throw invalid(
        call,
        `weights [${weights.dims.join(',')}] do not fit ${channels} channels in ${group} groups`,
      );
    }
    const maps = mapsPerGroup * group;
    const { strides, dilations, padTop, padLeft, outHeight, outWidth } = stampGeometry(
      call,
      picture,
      weights,
      rank,
    );
    const [x, w] = [numbers(picture), numbers(weights)];
    const bias = biasOf(call, maps);
    const data = new Float64Array(batch * maps * outHeight * outWidth);
    data.forEach((_, i) => (data[i] = at(bias, Math.floor(i / (outHeight * outWidth)) % maps)));

    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        const firstMap = Math.floor(c / (channels / group)) * mapsPerGroup;
        for (let y = 0; y < height; y++) {
          for (let column = 0; column < width; column++) {
            const pixel = at(x, ((n * channels + c) * height + y) * width + column);
            for (let m = 0; m < mapsPerGroup; m++) {
              for (let ky = 0; ky < kernelHeight; ky++) {
                const row = y * strides[0] + ky * dilations[0] - padTop;
                if (row < 0 || row >= outHeight) continue;
                for (let kx = 0; kx < kernelWidth; kx++) {
                  const col = column * strides[1] + kx * dilations[1] - padLeft;
                  if (col < 0 || col >= outWidth) continue;
                  const target = ((n * maps + firstMap + m) * outHeight + row) * outWidth + col;
                  const weight = at(w, ((c * mapsPerGroup + m) * kernelHeight + ky) * kernelWidth + kx);
                  data[target] = at(data, target) + pixel * weight;
                }
              }
            }
          }
        }
      }
    }
    return likeInput({ dtype: picture.dtype, dims: [batch, maps, outHeight, outWidth], data }, rank);
  },
};

/** Where the stamps of a transposed convolution fall, and how large the output is. */
function stampGeometry(
  call: OperatorCall,
  picture: Value,
  weights: Value,
  rank: number,
): {
  strides: readonly [number, number];
  dilations: readonly [number, number];
  padTop: number;
  padLeft: number;
  outHeight: number;
  outWidth: number;
} {
  const strides = perAxis(call, 'strides', rank, 1);
  const dilations = perAxis(call, 'dilations', rank, 1);
  const outputPadding = perAxis(call, 'output_padding', rank, 0);
  const pads = explicitPads(call, rank);
  const autoPad = stringAttribute(call, 'auto_pad', 'NOTSET');
  const outputShape = intsAttribute(call, 'output_shape')?.slice(-(rank - 2));

  const along = (axis: 0 | 1): { pad: number; out: number } => {
    const size = picture.dims[2 + axis] as number;
    const extent = ((weights.dims[2 + axis] as number) - 1) * dilations[axis] + 1;
    const full = (size - 1) * strides[axis] + extent + outputPadding[axis];
    const [padBefore, padAfter] = [pads[axis], pads[axis + 2] as number];
    const same = autoPad.startsWith('SAME');
    const wanted = outputShape?.at(axis - 2) ?? (same ? size * strides[axis] : undefined);
    if (wanted === undefined || (rank === 3 && axis === 0)) {
      const total = autoPad === 'VALID' ? 0 : padBefore + padAfter;
      return { pad: autoPad === 'VALID' ? 0 : padBefore, out: full - total };
    }
    const total = Math.max(0, full - wanted);
    const pad = autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    return { pad, out: wanted };
  };
  const [vertical, horizontal] = [along(0), along(1)];
  return {
    strides,
    dilations,
    padTop: vertical.pad,
    padLeft: horizontal.pad,
    outHeight: vertical.out,
    outWidth: horizontal.out,
  };
}

function biasOf(call: OperatorCall, maps: number): Float64Array {
  const bias = call.inputs[2];
  return bias === undefined ? new Float64Array(maps) : numbers(bias);
}
