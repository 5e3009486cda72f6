/**
 * Reverse-mode differentiation of graphs (Linnainmaa 1970; see Baydin et al. 2018 for a survey). The nodes between
 * the parameters and the loss are visited backwards; each one's rule turns the gradient of its output into the
 * gradients of its inputs, and what arrives at one value from several consumers is added. The result is made of
 * ordinary nodes in the same builder, so a step of training runs wherever inference runs, and gradients can be
 * differentiated again.
 */
import { ParameterError } from '@oddpixel/contract';
import { mul, type Value } from '../builder/index.ts';
import { scalar } from '../builder/operand.ts';
import type { GraphNode } from '../ir.ts';
import { createNodeView } from './node-view.ts';
import { ruleFor, stopsGradient } from './rules.ts';
import { accumulate, expandLike } from './shapes.ts';

/**
 * Gradients of a loss, in the order and with the shapes of the parameters. A parameter may be any value of the loss's
 * builder: an input, a constant, or something computed. Nothing that no parameter needs is built.
 *
 * @param loss one element, such as a result of `reduceMean`.
 * @throws ParameterError if the loss has more than one element, or does not depend on a parameter.
 * @throws UnsupportedOperatorError for an operator in between that has no rule, naming it and the node.
 */
export function gradients(loss: Value, parameters: readonly Value[]): Value[] {
  const { builder } = loss;
  checkScalar(loss);
  checkOwner(loss, parameters);
  const nodes = [...builder.nodes];
  const dependent = dependentValues(loss, parameters, nodes);
  const found = new Map<string, Value>([[loss.name, scalar(builder, 1, loss.dtype)]]);

  for (const node of nodes.toReversed()) {
    const isNeeded =
      node.outputs.some((name) => found.has(name)) && node.inputs.some((name) => dependent.has(name));
    if (!isNeeded || stopsGradient(node)) continue;
    const slope = builder.slopeOf(node.outputs[0] ?? '');
    if (slope !== undefined && dependent.has(slope.x.name)) {
      const part = mul(createNodeView(builder, node, found).compactGradient, slope.build());
      found.set(slope.x.name, accumulate(found.get(slope.x.name), part));
      continue;
    }
    const parts = ruleFor(node)(createNodeView(builder, node, found));
    node.inputs.forEach((name, index) => {
      const part = dependent.has(name) ? parts[index] : undefined;
      if (part !== undefined) found.set(name, accumulate(found.get(name), part()));
    });
  }
  return parameters.map((parameter) => {
    const gradient = found.get(parameter.name);
    if (gradient === undefined) throw unrelated(loss, parameter);
    return expandLike(gradient, parameter);
  });
}

/** Names of all values that change smoothly with a parameter. */
function dependentValues(
  { builder }: Value,
  parameters: readonly Value[],
  nodes: readonly GraphNode[],
): ReadonlySet<string> {
  const dependent = new Set(parameters.map(({ name }) => name));
  for (const node of nodes) {
    if (stopsGradient(node) || !node.inputs.some((name) => dependent.has(name))) continue;
    for (const name of node.outputs) {
      // A value of unknown type comes from an embedded graph; only a rule that reads it knows.
      if (name !== '' && (builder.value(name)?.dtype.startsWith('float') ?? true)) dependent.add(name);
    }
  }
  return dependent;
}

function checkScalar(loss: Value): void {
  if (loss.dims.every((dim) => dim === 1) && loss.dtype.startsWith('float')) return;
  throw new ParameterError({
    name: loss.name,
    expected: 'a loss of one floating-point element',
    received: `${loss.dtype} [${loss.dims.join(',')}]`,
    fix: 'Reduce it with reduceMean or reduceSum.',
  });
}

function checkOwner(loss: Value, parameters: readonly Value[]): void {
  const foreign = parameters.find(({ builder }) => builder !== loss.builder);
  if (foreign === undefined) return;
  throw new ParameterError({
    name: foreign.name,
    expected: "a value of the loss's builder",
    received: 'a value of another builder',
  });
}

function unrelated(loss: Value, parameter: Value): ParameterError {
  return new ParameterError({
    name: parameter.name,
    expected: `a parameter that the loss \`${loss.name}\` depends on`,
    received: 'one that it does not depend on, or not smoothly',
    fix: 'Leave it out, or use it in the loss.',
  });
}
