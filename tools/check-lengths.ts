/**
 * No source file is too long to be read in one sitting, and most are short. Styles count as source; tests, what only
 * tests use, and generated files do not.
 */
import { trackedFiles, type SourceFile } from './repository.ts';

const maxLines = 300;
const maxMedian = 80;

const isSource = ({ path, text }: SourceFile): boolean =>
  !/\.test\.tsx?$|(^|\/)(test|testing)\//.test(path) && !text.slice(0, 200).includes('@generated');

const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** What is wrong with the lengths of these files, a line for each problem. */
export function lengthProblems(files: readonly SourceFile[]): string[] {
  const lengths = files.filter(isSource).map(({ path, text }) => ({ path, lines: countLines(text) }));
  const problems = lengths
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path}: ${lines} lines; split it into files of at most ${maxLines}`);
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  if (median > maxMedian)
    problems.push(`the median file has ${median} lines; at most ${maxMedian} are meant`);
  return problems;
}

export function checkLengths(): boolean {
  const endings = ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'css', 'py'];
  const problems = lengthProblems(trackedFiles(...endings.map((ending) => `*.${ending}`)));
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}
