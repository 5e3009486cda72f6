import type { ValueType } from '../ir.ts';
import { broadcast } from './dims.ts';
import type { Rule, RuleContext } from './rule.ts';

const same: Rule = (context) => [context.input(0)];

/** All inputs of one type, broadcast together. */
const numeric: Rule = (context) => {
  const { dtype } = context.input(0);
  for (let i = 1; i < context.node.inputs.length; i++) {
    if (context.input(i).dtype !== dtype) context.fail('inputs have different types');
  }
  return [{ dtype, dims: broadcastAll(context, 0) }];
};

const comparison: Rule = (context) => {
  if (context.input(0).dtype !== context.input(1).dtype) context.fail('inputs have different types');
  return [{ dtype: 'bool', dims: broadcastAll(context, 0) }];
};

const logical: Rule = (context) => {
  if (context.node.inputs.some((_, i) => context.input(i).dtype !== 'bool'))
    context.fail('inputs must be bool');
  return [{ dtype: 'bool', dims: broadcastAll(context, 0) }];
};

const where: Rule = (context) => {
  if (context.input(0).dtype !== 'bool') context.fail('the condition must be bool');
  if (context.input(1).dtype !== context.input(2).dtype) context.fail('the choices have different types');
  return [{ dtype: context.input(1).dtype, dims: broadcastAll(context, 0) }];
};

/** The exponent of Pow may have another type. */
const power: Rule = (context) => [{ dtype: context.input(0).dtype, dims: broadcastAll(context, 0) }];

const normalization: Rule = (context) => {
  const input: ValueType = context.input(0);
  return [input];
};

function broadcastAll(context: RuleContext, first: number): ValueType['dims'] {
  let dims = context.input(first).dims;
  for (let i = first + 1; i < context.node.inputs.length; i++)
    dims = broadcast(dims, context.input(i).dims, context);
  return dims;
}

const unary =
  'Abs Ceil Clip Cos Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LeakyRelu Log Mish Neg PRelu Reciprocal Relu Round Selu Sigmoid Sign Sin Softmax LogSoftmax Softplus Softsign Sqrt Tanh ThresholdedRelu';

export const elementwiseRules: Record<string, Rule> = {
  ...Object.fromEntries(unary.split(' ').map((name) => [name, same])),
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Sum', 'Mean', 'Mod'].map((name) => [name, numeric]),
  ),
  ...Object.fromEntries(
    ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map((name) => [name, comparison]),
  ),
  ...Object.fromEntries(['And', 'Or', 'Xor'].map((name) => [name, logical])),
  Not: same,
  Pow: power,
  Where: where,
  BatchNormalization: normalization,
  InstanceNormalization: normalization,
  GroupNormalization: normalization,
  LayerNormalization: normalization,
  LRN: normalization,
};
