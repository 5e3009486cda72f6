/** Every operator that has a gradient, by its name in the standard operator set. To add one, see README.md. */
import { UnsupportedOperatorError } from '@oddpixel/contract';
import type { GraphNode } from '../ir.ts';
import type { GradientRule } from './rule.ts';
import { activationRules } from './rules/activation.ts';
import { arithmeticRules } from './rules/arithmetic.ts';
import { choiceRules } from './rules/choice.ts';
import { convolutionRules } from './rules/convolution.ts';
import { matrixRules } from './rules/matrix.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolingRules } from './rules/pooling.ts';
import { reductionRules } from './rules/reduction.ts';
import { resizeRules } from './rules/resize.ts';
import { selectionRules } from './rules/selection.ts';
import { shapeRules } from './rules/shape.ts';

const rules: Readonly<Record<string, GradientRule>> = {
  ...activationRules,
  ...arithmeticRules,
  ...choiceRules,
  ...convolutionRules,
  ...matrixRules,
  ...normalizationRules,
  ...poolingRules,
  ...reductionRules,
  ...resizeRules,
  ...selectionRules,
  ...shapeRules,
};

/** Constant almost everywhere, or about shapes: nothing flows back through them. */
const flat: ReadonlySet<string> = new Set(
  'ArgMax ArgMin Ceil ConstantOfShape Floor Round Shape Sign Size'.split(' '),
);

/** True if a change of the inputs does not smoothly change the outputs. */
export function stopsGradient({ domain, opType }: GraphNode): boolean {
  return domain === '' && flat.has(opType);
}

/** @throws UnsupportedOperatorError for an operator without a rule. */
export function ruleFor({ domain, opType, name }: GraphNode): GradientRule {
  const rule = domain === '' && Object.hasOwn(rules, opType) ? rules[opType] : undefined;
  if (rule !== undefined) return rule;
  throw new UnsupportedOperatorError({
    operator: domain === '' ? opType : `${domain}.${opType}`,
    node: name,
    reason: 'it has no gradient rule, but lies between a parameter and the loss',
    fix: 'Write it with operators that have one, or leave out parameters before it.',
  });
}
