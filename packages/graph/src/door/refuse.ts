/** Errors of the door. Names out of a file are shown shortened and without characters that steer a terminal. */
import { ModelFormatError } from '@oddpixel/contract';

const exportAgain = 'Export the model again, as one plain ONNX file.';

export function refuse(where: string, problem: string, fix: string = exportAgain): never {
  throw new ModelFormatError({ where, problem, fix });
}

const longestShown = 80;

/** A name in backticks that is safe to print. */
export function shown(name: string): string {
  return `\`${printable(name)}\``;
}

/** A name that is safe to print. */
export function printable(name: string): string {
  const short = name.length > longestShown ? `${name.slice(0, longestShown)}…` : name;
  return short.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029`]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
