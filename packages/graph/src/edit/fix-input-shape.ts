/**
 * Giving an input its size and computing everything that follows from it: shape arithmetic (Shape, Gather, Concat,
 * Reshape targets, …) becomes constants, so that no integer node stays on the data path. A dynamic batch stays
 * dynamic: if a calculated shape holds its name, Reshape keeps the axis (`0`) or takes what is left (`−1`).
 */
import { hostTensor, UnknownNameError, type HostTensor } from '@oddpixel/contract';
import { elementCount } from '@oddpixel/contract/unstable';
import type { Graph, GraphNode, ValueType } from '../ir.ts';
import { isKnownOperator, runNode } from '../reference/interpreter.ts';
import { inferNode } from '../types/infer.ts';
import type { Dim } from '../types/rule.ts';
import { prune } from './pick-outputs.ts';
import { evaluateShape, type ShapeValue } from './shape-values.ts';

/**
 * @param dims the input's new shape; names stay dynamic.
 * @throws UnknownNameError if there is no such input; ModelFormatError if the graph does not accept the shape.
 */
export function fixInputShape(graph: Graph, inputName: string, dims: readonly Dim[]): Graph {
  if (!graph.inputs.some(({ name }) => name === inputName)) {
    throw new UnknownNameError({
      kind: 'input',
      name: inputName,
      known: graph.inputs.map(({ name }) => name),
    });
  }
  const inputs = graph.inputs.map((info) => (info.name === inputName ? { ...info, dims } : info));
  const initializers = new Map(graph.initializers);
  const types = new Map<string, ValueType>();
  const shapes = new Map<string, ShapeValue>();
  for (const { name, dtype, dims: size } of inputs) types.set(name, { dtype, dims: size });
  for (const [name, tensor] of initializers) {
    types.set(name, tensor);
    const value = constantShape(tensor);
    if (value !== undefined) shapes.set(name, value);
  }
  const nodes: GraphNode[] = [];
  for (const original of graph.nodes) {
    const value = evaluateShape(original, graph.opset, types, shapes);
    const [output = ''] = original.outputs;
    if (value !== undefined) {
      shapes.set(output, value);
      const constant = toConstant(value);
      if (constant !== undefined) {
        initializers.set(output, constant);
        types.set(output, constant);
        continue;
      }
    }
    const folded = foldConstants(original, graph.opset, initializers);
    if (folded !== undefined) {
      original.outputs.forEach((name, index) => {
        const tensor = folded[index];
        if (name === '' || tensor === undefined) return;
        initializers.set(name, tensor);
        types.set(name, tensor);
        const shape = constantShape(tensor);
        if (shape !== undefined) shapes.set(name, shape);
      });
      continue;
    }
    const node = withConstantShape(original, types, shapes, initializers);
    nodes.push(node);
    const inferred = inferNode(
      node,
      graph.opset,
      (name) => types.get(name),
      (name) => initializers.get(name),
    );
    node.outputs.forEach((name, index) => {
      const type = inferred?.[index];
      if (name !== '' && type !== undefined) types.set(name, type);
    });
  }
  const outputs = graph.outputs.map((info) => ({ ...info, dims: types.get(info.name)?.dims ?? info.dims }));
  // A folded output still needs a node that makes it.
  const folded = outputs.filter(({ name }) => initializers.has(name) && !graph.initializers.has(name));
  for (const { name } of folded) {
    const tensor = initializers.get(name) as HostTensor;
    initializers.delete(name);
    initializers.set(`${name}/folded`, tensor);
    nodes.push({
      name: `${name}/identity`,
      opType: 'Identity',
      domain: '',
      inputs: [`${name}/folded`],
      outputs: [name],
      attributes: {},
    });
  }
  return prune({ ...graph, inputs, outputs, nodes, initializers });
}

/** Larger constants are worth their node: folding them would only make the file bigger. */
const maxFoldedElements = 1024;

/** The outputs of a node whose inputs are all small constants; `undefined` if it must stay. */
function foldConstants(
  node: GraphNode,
  opset: number,
  initializers: ReadonlyMap<string, HostTensor>,
): HostTensor[] | undefined {
  if (!isKnownOperator(node)) return undefined;
  const inputs = node.inputs.map((name) => initializers.get(name));
  const small = inputs.every((tensor, i) =>
    tensor === undefined ? node.inputs[i] === '' : tensor.data.length <= maxFoldedElements,
  );
  if (!small) return undefined;
  // The size is known before anything is computed: a hostile file may ask for a huge constant.
  const types = inferNode(
    node,
    opset,
    (name) => initializers.get(name),
    (name) => initializers.get(name),
  );
  const fits = ({ dims }: ValueType): boolean =>
    dims.every((dim) => typeof dim === 'number') && elementCount(dims as number[]) <= maxFoldedElements;
  return types?.every(fits) === true ? runNode(node, inputs, opset) : undefined;
}

/** Integer constants of rank 0 and 1 may be parts of shapes. */
function constantShape(tensor: HostTensor): ShapeValue | undefined {
  if (
    (tensor.dtype !== 'int64' && tensor.dtype !== 'int32') ||
    tensor.dims.length > 1 ||
    tensor.data.length > 64
  )
    return undefined;
  return {
    dims: Array.from(tensor.data as ArrayLike<number | bigint>, Number),
    scalar: tensor.dims.length === 0,
    dtype: tensor.dtype,
  };
}

function toConstant({ dims, scalar, dtype }: ShapeValue): HostTensor | undefined {
  if (!dims.every((dim) => typeof dim === 'number')) return undefined;
  const size = scalar ? [] : [dims.length];
  return dtype === 'int64'
    ? hostTensor('int64', size, BigInt64Array.from(dims, BigInt))
    : hostTensor('int32', size, Int32Array.from(dims));
}

/** A Reshape or Expand whose target holds at most one dynamic size, with a constant target instead. */
function withConstantShape(
  node: GraphNode,
  types: ReadonlyMap<string, ValueType>,
  shapes: ReadonlyMap<string, ShapeValue>,
  initializers: Map<string, HostTensor>,
): GraphNode {
  const target = shapes.get(node.inputs[1] ?? '');
  const input = types.get(node.inputs[0] ?? '');
  if (node.domain !== '' || node.opType !== 'Reshape' || target === undefined || input === undefined)
    return node;
  if (initializers.has(node.inputs[1] ?? '')) return node;
  let open = 0;
  const dims = target.dims.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    if (input.dims[axis] === dim) return 0;
    open++;
    return -1;
  });
  if (open > 1 || (open === 1 && target.dims.includes(-1))) return node;
  const name = `${node.outputs[0]}/shape`;
  initializers.set(name, hostTensor('int64', [dims.length], BigInt64Array.from(dims, BigInt)));
  return { ...node, inputs: [node.inputs[0] ?? '', name] };
}
