/** Writing HTML without letting data become markup. */

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | null | undefined | false | readonly Part[];

/**
 * A template whose holes are escaped, unless they hold markup made by this function. Lists are joined; `null`,
 * `undefined` and `false` leave nothing.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let markup = strings[0] ?? '';
  parts.forEach((part, i) => {
    markup += toText(part) + (strings[i + 1] ?? '');
  });
  return { markup };
}

function toText(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return 'markup' in part ? part.markup : part.map(toText).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
