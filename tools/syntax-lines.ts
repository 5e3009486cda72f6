import ts from 'typescript';

/** Lines, from 1, where a node that `isMeant` picks begins in the syntax tree; one for each node, in order. */
export function syntaxLines(fileName: string, text: string, isMeant: (node: ts.Node) => boolean): number[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isMeant(node)) lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}
