/**
 * Convolutions. Letters: `N` batch, `C` input channels, `O` output channels, `G` groups, `k` kernel elements,
 * `L` places of the output. Dumoulin and Visin 2016 (arXiv:1603.07285) draw why the input's gradient is a transposed
 * convolution.
 *
 * Forms were chosen by time on ONNX Runtime's CPU provider: the kernel's gradient as patches and one MatMul
 * (several times faster than a convolution with batch and channels exchanged), the input's gradient as a convolution
 * with the turned kernel if the stride is 1.
 */
import {
  concat,
  conv,
  convTranspose,
  gather,
  matmul,
  reduceSum,
  reshape,
  transpose,
  unsqueeze,
} from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { forConv, forConvTranspose } from '../groups.ts';
import { sizeOf, type GradientRule, type NodeView } from '../rule.ts';
import { reshapeLike } from '../shapes.ts';
import {
  elements,
  extentOf,
  kernelSize,
  patches,
  planesOf,
  transposedOptions,
  windowOf,
  type Window,
} from '../window.ts';

const convolution: GradientRule = (view) => {
  const [x, kernel] = [view.input(0), view.input(1)];
  const window = windowOf(view, x, kernel.dims.slice(2));
  return [
    () => inputGradient(view, x, kernel, window),
    () => kernelGradient(view, x, view.gradient, kernel, window),
    () => biasGradient(view.gradient),
  ];
};

/** `x` and the output have changed places: the input's gradient is the convolution, and the kernel sees `g` as image. */
const transposed: GradientRule = (view) => {
  const [x, kernel] = [view.input(0), view.input(1)];
  if (view.ints('output_shape') !== undefined || view.string('auto_pad', 'NOTSET') !== 'NOTSET') {
    throw view.unsupported('only explicit padding has a gradient rule');
  }
  const window = windowOf(view, x, kernel.dims.slice(2));
  const { strides, dilations, pads } = window;
  return [
    () => {
      const back = forConv(kernel, view.int('group', 1));
      return conv(view.gradient, back.kernel, undefined, { strides, dilations, pads, group: back.group });
    },
    () => kernelGradient(view, view.gradient, x, kernel, window),
    () => biasGradient(view.gradient),
  ];
};

/** The sum over everything but the channels. */
function biasGradient(g: Value): Value {
  return reduceSum(
    g,
    g.dims.map((_, axis) => axis).filter((axis) => axis !== 1),
  );
}

function inputGradient(view: NodeView, x: Value, kernel: Value, window: Window): Value {
  const g = view.gradient;
  const group = view.int('group', 1);
  const { dilations, strides, pads, kernel: sizes } = window;
  const turnedPads = [...pads.keys()].map(
    (index) => extentOf(window, index % sizes.length) - 1 - (pads[index] ?? 0),
  );
  const isPlain = strides.every((stride) => stride === 1) && turnedPads.every((pad) => pad >= 0);
  if (isPlain) {
    const back = forConv(turned(view, kernel, group, window), group);
    return conv(g, back.kernel, undefined, { dilations, pads: turnedPads, group: back.group });
  }
  const back = forConvTranspose(kernel, group);
  return convTranspose(g, back.kernel, undefined, transposedOptions(view, g, x, window, back.group));
}

/** Kernels `[O, C/G, …]` for the backward pass: `[C, O/G, …]`, each turned by half a circle. */
function turned(view: NodeView, kernel: Value, group: number, window: Window): Value {
  const [outputs, inputsPerGroup] = [sizeOf(view, kernel, 0), sizeOf(view, kernel, 1)];
  const size = kernelSize(window);
  const flat = reshape(kernel, [group, outputs / group, inputsPerGroup, size]);
  const backwards = kernel.builder.integers([...Array(size).keys()].reverse());
  const flipped = size === 1 ? flat : gather(flat, backwards, 3);
  return reshape(transpose(flipped, [0, 2, 1, 3]), [
    group * inputsPerGroup,
    outputs / group,
    ...window.kernel,
  ]);
}

/**
 * Each kernel element meets, over all places, the pixel under it and the gradient there:
 * `[N, G, O/G, L] · [N, G, C/G·k, L]ᵀ`, summed over the batch.
 *
 * @param image what the window slides over, `[N, C, …]`.
 * @param places what it gives, or its gradient: `[N, O, …]`.
 * @param kernel `[O, C/G, …]`.
 */
function kernelGradient(view: NodeView, image: Value, places: Value, kernel: Value, window: Window): Value {
  const group = view.int('group', 1);
  const [outputs, inputsPerGroup] = [sizeOf(view, kernel, 0), sizeOf(view, kernel, 1)];
  const length = placesPerImage(places);
  const size = kernelSize(window);
  const left = reshape(places, [0, group, outputs / group, -1]);
  const meet = (right: Value): Value => reduceSum(matmul(left, transpose(right, [0, 1, 3, 2])), [0]);
  if (inputsPerGroup * group * size * (length ?? 0) > largestPatches) {
    const perElement = elements(image, window, places).map((element) =>
      unsqueeze(meet(reshape(element, [0, group, inputsPerGroup, -1])), [-1]),
    );
    return reshapeLike(concat(perElement, 3), kernel);
  }
  const isWhole = size === 1 && window.strides.every((stride) => stride === 1) && !window.pads.some(Boolean);
  // The places become one axis first, which keeps its size while batch and channels are separated.
  const under = reshape(isWhole ? planesOf(image) : patches(image, window), [0, size, 1, -1]);
  return reshapeLike(meet(reshape(under, [-1, group, inputsPerGroup * size, 0])), kernel);
}

/** Patches of one image may have this many elements (8 MB); for larger ones kernel elements are taken one by one. */
const largestPatches = 2 ** 21;

/** `L`; `undefined` if it is only known when the graph runs. */
function placesPerImage({ dims }: Value): number | undefined {
  const sizes = dims.slice(2);
  return sizes.every((dim) => typeof dim === 'number') ? sizes.reduce((a, b) => a * b, 1) : undefined;
}

export const convolutionRules: Readonly<Record<string, GradientRule>> = {
  Conv: convolution,
  ConvTranspose: transposed,
};
