/**
 * Default and range of a parameter are stated once, in its schema: a constant at the top level of a file. The check
 * finds ranges written by hand: limits in a function, in a message, in a check of JSON or before a `ParameterError`,
 * and numbers as defaults of options. 0 and 1 are not looked for: "positive", "not negative" and "a share" are kinds of
 * numbers.
 */
import ts from 'typescript';
import { hasNone, productSources } from './repository.ts';
import { syntaxLines } from './syntax-lines.ts';

const limits = ['min', 'above', 'max', 'below'];
const jsonLimits = ['minimum', 'maximum', 'gt', 'gte', 'lt', 'lte', 'multipleOf'];
const statedLimit = /\b(?:from|to|above|below|between|at least|at most|up to) -?\d[\d.e+]*/g;
const numberWords = /\b(?:numbers?|integers?|percent|multiples?)\b/;
const comparisons = [
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
];

/** The number that is written there, with its sign. */
function numberOf(node: ts.Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  if (ts.isPrefixUnaryExpression(node)) return numberOf(node.operand);
  return ts.isNumericLiteral(node) ? Number(node.text.replaceAll('_', '')) : undefined;
}

function isLimit(node: ts.Node | undefined): boolean {
  const number = numberOf(node);
  return number !== undefined && number !== 0 && number !== 1;
}

/** `{ type: 'integer', min: 2 }`; `above: 0` alone is a kind of number. */
function isRange(node: ts.Node): boolean {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const fields = new Map(
    node.properties
      .filter((field) => ts.isPropertyAssignment(field))
      .map((field) => [ts.isIdentifier(field.name) ? field.name.text : '', field.initializer]),
  );
  const type = fields.get('type');
  if (type === undefined || !ts.isStringLiteral(type) || !['integer', 'number'].includes(type.text))
    return false;
  return limits.some((name) => isLimit(fields.get(name)));
}

/** `z.minimum(2)`. */
function isJsonLimit(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return jsonLimits.includes(node.expression.name.text) && isLimit(node.arguments[0]);
}

/** `expected: 'a number from 2 to 5'`, or a constant of that name. */
function isStatedRange(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node) && !ts.isVariableDeclaration(node)) return false;
  if (!ts.isIdentifier(node.name) || node.name.text !== 'expected') return false;
  const text = writtenText(node.initializer);
  return numberWords.test(text) && (text.match(statedLimit) ?? []).some((words) => !/ [01]$/.test(words));
}

/** What is written in a string; for parts that are inserted, `…`. */
function writtenText(node: ts.Expression | undefined): string {
  if (node === undefined) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…');
}

/** `new Option(…).default(2)`, `command.option('--n <n>', 'what', read, 2)`. */
function isDefaultOfOption(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const [first, ...others] = node.arguments;
  if (node.expression.name.text === 'default') return numberOf(first) !== undefined;
  return node.expression.name.text === 'option' && others.some((given) => numberOf(given) !== undefined);
}

/** How many items there are: not a parameter. */
function isCount(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && ['length', 'size'].includes(node.name.text);
}

/** `value > 100` in a function that throws a `ParameterError` itself. */
function isCheckedByHand(node: ts.Node, owner: ts.Node | undefined): boolean {
  if (!ts.isBinaryExpression(node) || !comparisons.includes(node.operatorToken.kind)) return false;
  if (![node.left, node.right].some(isLimit) || [node.left, node.right].some(isCount)) return false;
  return owner !== undefined && throwsParameterError(owner);
}

function throwsParameterError(node: ts.Node): boolean {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression))
    return node.expression.text === 'ParameterError';
  return ts.forEachChild(node, (child) => !ts.isFunctionLike(child) && throwsParameterError(child)) ?? false;
}

/** Lines, from 1, with a range or default that is written by hand. */
export function handwrittenRanges(fileName: string, text: string): number[] {
  const owners = new Map<ts.Node, ts.Node | undefined>();
  return syntaxLines(fileName, text, (node) => {
    // Parents are seen before their children.
    const owner = ts.isFunctionLike(node) ? node : owners.get(node);
    ts.forEachChild(node, (child) => void owners.set(child, owner));
    return (
      (owner !== undefined && isRange(node)) ||
      isJsonLimit(node) ||
      isStatedRange(node) ||
      isDefaultOfOption(node) ||
      isCheckedByHand(node, owner)
    );
  });
}

export function checkRanges(): boolean {
  return hasNone(
    productSources(),
    ({ path, text }) => handwrittenRanges(path, text),
    'a range or default written by hand; put it into the schema of the parameter',
  );
}
