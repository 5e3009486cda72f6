/**
 * Text from outside (names of files, strings of a model, messages of libraries) as a terminal may show it. A name that
 * holds a line break could forge a row of a table, and an escape sequence could rewrite what is on the screen.
 */

/**
 * Controls, formatting characters such as those that reverse the direction of text, separators of lines, and halves of
 * surrogate pairs. The joiners that some scripts and emoji need stay.
 */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line: what a terminal would act on is written as `\n`, `\x1b` or `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return short[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : escaped(code));
  });
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

/** JSON text with the same characters as `\uXXXX`: it means the same and holds nothing that a terminal acts on. */
export function printableJson(json: string): string {
  // Line breaks stay: outside strings they are the layout, and inside JSON has escaped them.
  return json.replace(unprintable, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
          .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
