/**
 * No conditional spreads: `{ ...(a !== undefined && { a }) }` hides which fields an object has. Optional fields are
 * declared as `?: T | undefined`, so that options are handed on whole or as plain fields: `{ ...options, a }`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from './repository.ts';

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

/** Lines, from 1, of the conditional spreads in objects and in JSX attributes. Spreads in lists are not meant. */
export function conditionalSpreads(fileName: string, text: string): number[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isSpreadAssignment(node) || ts.isJsxSpreadAttribute(node)) && isConditional(node.expression)) {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

export function checkSpreads(): boolean {
  const tracked = execFileSync('git', ['ls-files', '-z', '*.ts', '*.tsx', '*.mts', '*.cts'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  const files = tracked.split('\0').filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
  const problems = files.flatMap((path) => {
    const lines = conditionalSpreads(path, readFileSync(join(repositoryRoot, path), 'utf8'));
    return lines.map(
      (line) => `${path}:${line}: conditional spread; write a plain field, declared as ?: T | undefined`,
    );
  });
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}
