/**
 * Batch normalization with stored statistics is a factor and a constant per channel. Behind a convolution both go into
 * its kernel and bias: the same function with fewer nodes, for engines that do not do this themselves.
 */
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import type { Graph, GraphNode } from '../../index.ts';

/**
 * The same graph without the `BatchNormalization` nodes that follow a `Conv` or `ConvTranspose` immediately. One stays
 * if something else takes the convolution's result too, or if its tensors are not constants of type float32.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const initializers = new Map(graph.initializers);
  const uses = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.map((o) => o.name)]) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const constant = (name: string | undefined): HostTensor<'float32'> | undefined => {
    const tensor = name === undefined || inputs.has(name) ? undefined : initializers.get(name);
    return tensor?.dtype === 'float32' ? (tensor as HostTensor<'float32'>) : undefined;
  };
  const taken = new Set([...inputs, ...initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs)]);
  const store = (wanted: string, tensor: HostTensor): string => {
    let name = wanted;
    while (taken.has(name)) name += '_';
    taken.add(name);
    initializers.set(name, tensor);
    return name;
  };
  /** By the name of what each node makes; a folded convolution makes what its normalization made. */
  const makers = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    const before = makers.get(node.inputs[0] ?? '');
    const affine = isStoredNormalization(node) ? affineOf(node, constant) : undefined;
    const kernel = constant(before?.inputs[1]);
    const biasName = before?.inputs[2] ?? '';
    const bias = constant(biasName);
    if (
      before === undefined ||
      affine === undefined ||
      kernel === undefined ||
      (biasName !== '' && bias === undefined) ||
      !isConvolution(before) ||
      uses.get(node.inputs[0] ?? '') !== 1
    ) {
      for (const output of node.outputs) makers.set(output, node);
      continue;
    }
    const [name = ''] = node.outputs;
    const tensors = [
      store(`${name}/kernel`, scaledKernel(before, kernel, affine.factor)),
      store(`${name}/bias`, shiftedBias(bias, affine)),
    ];
    makers.delete(node.inputs[0] ?? '');
    makers.set(name, { ...before, inputs: [before.inputs[0] ?? '', ...tensors], outputs: [name] });
  }
  const nodes = [...new Set(makers.values())];
  const needed = new Set([...nodes.flatMap((node) => node.inputs), ...graph.outputs.map((o) => o.name)]);
  return {
    ...graph,
    nodes,
    initializers: new Map([...initializers].filter(([name]) => needed.has(name) || inputs.has(name))),
  };
}

/** `y = x · factor + constant`, per channel. */
interface Affine {
  readonly factor: Float64Array;
  readonly constant: Float64Array;
}

function isStoredNormalization({ domain, opType, attributes, outputs }: GraphNode): boolean {
  if (domain !== '' || opType !== 'BatchNormalization' || outputs.length > 1) return false;
  const mode = attributes['training_mode'];
  return mode?.kind !== 'int' || Number(mode.value) === 0;
}

function isConvolution({ domain, opType }: GraphNode): boolean {
  return domain === '' && (opType === 'Conv' || opType === 'ConvTranspose');
}

function affineOf(
  { inputs, attributes }: GraphNode,
  constant: (name: string | undefined) => HostTensor<'float32'> | undefined,
): Affine | undefined {
  const [scale, bias, mean, variance] = inputs.slice(1, 5).map((name) => constant(name)?.data);
  if (scale === undefined || bias === undefined || mean === undefined || variance === undefined)
    return undefined;
  const epsilon = attributes['epsilon']?.kind === 'float' ? attributes['epsilon'].value : 1e-5;
  const factor = Float64Array.from(scale, (s, c) => s / Math.sqrt((variance[c] ?? 0) + epsilon));
  return { factor, constant: Float64Array.from(bias, (b, c) => b - (mean[c] ?? 0) * (factor[c] ?? 0)) };
}

/** Each output channel's part of the kernel times its factor: `[O, C/G, …]` of a `Conv`, `[C, O/G, …]` of the other. */
function scaledKernel(
  { opType, attributes }: GraphNode,
  kernel: HostTensor<'float32'>,
  factor: Float64Array,
): HostTensor<'float32'> {
  const [rows = 1, columns = 1] = kernel.dims;
  const size = kernel.data.length / (rows * columns);
  const group = attributes['group']?.kind === 'int' ? Number(attributes['group'].value) : 1;
  const channelAt = (index: number): number => {
    const row = Math.floor(index / (size * columns));
    if (opType === 'Conv') return row;
    return Math.floor(row / (rows / group)) * columns + (Math.floor(index / size) % columns);
  };
  return hostTensor(
    'float32',
    kernel.dims,
    kernel.data.map((value, index) => value * (factor[channelAt(index)] ?? 0)),
  );
}

function shiftedBias(
  bias: HostTensor<'float32'> | undefined,
  { factor, constant }: Affine,
): HostTensor<'float32'> {
  const data = Float32Array.from(constant, (value, c) => value + (bias?.data[c] ?? 0) * (factor[c] ?? 0));
  return hostTensor('float32', [data.length], data);
}
