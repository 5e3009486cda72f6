/**
 * No conditional spreads: `{ ...(a !== undefined && { a }) }` hides which fields an object has. Optional fields are
 * declared as `?: T | undefined`, so that options are passed on whole or as plain fields: `{ ...options, a }`.
 */
import ts from 'typescript';
import { hasNone, trackedFiles } from './repository.ts';
import { syntaxLines } from './syntax-lines.ts';

function withoutParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;
}

const isEmptyObject = (node: ts.Expression): boolean =>
  ts.isObjectLiteralExpression(node) && node.properties.length === 0;

/** `a && b`, or a choice between an object and `{}`. */
function isConditional(expression: ts.Expression): boolean {
  const node = withoutParentheses(expression);
  if (ts.isBinaryExpression(node)) return node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  if (!ts.isConditionalExpression(node)) return false;
  return [node.whenTrue, node.whenFalse].some((branch) => isEmptyObject(withoutParentheses(branch)));
}

/** Lines, from 1, of the conditional spreads in objects and in JSX attributes. Spreads in lists do not count. */
export function conditionalSpreads(fileName: string, text: string): number[] {
  return syntaxLines(
    fileName,
    text,
    (node) =>
      (ts.isSpreadAssignment(node) || ts.isJsxSpreadAttribute(node)) && isConditional(node.expression),
  );
}

export function checkSpreads(): boolean {
  return hasNone(
    trackedFiles('*.ts', '*.tsx', '*.mts', '*.cts'),
    ({ path, text }) => conditionalSpreads(path, text),
    'conditional spread; write a plain field, declared as ?: T | undefined',
  );
}
