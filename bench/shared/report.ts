/** stdout carries one JSON document and nothing else; progress goes to stderr. */

export function printDocument(document: object): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
