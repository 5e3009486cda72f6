/**
 * The place for the pictures of an image: below `--out`, as the image lies below the folder that was given. Two images
 * never share a name, on disks that are blind to case or to the composition of letters either, and every name can be
 * used on Windows.
 */

export interface NamedInput {
  /** Path below the folder that was given, with `/`; of a file that was given itself, its name. */
  readonly relative: string;
}

/** What `predict` adds to a name. */
export const ownSuffixes: readonly string[] = ['.map.png', '.map.tiff', '.overlay.png'];

/** One path per input, with `/`, to which `predict` adds its suffixes. */
export function outputNames(inputs: readonly NamedInput[]): string[] {
  const plain = inputs.map(({ relative }) => portable(withoutEnding(relative)));
  const counts = countsOf(plain);
  const wholes = inputs.map(({ relative }) => portable(relative));
  const wholeCounts = countsOf(wholes);
  const used = new Set<string>();
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  const take = (index: number, name: string): boolean => {
    if (used.has(folded(name))) return false;
    used.add(folded(name));
    names.set(index, name);
    return true;
  };
  // Names that are used once come first, so that a number that is added to others never takes one of them.
  for (const [index, name] of plain.entries()) if (counts.get(folded(name)) === 1) take(index, name);
  for (const index of inputs.keys()) {
    if (names.has(index)) continue;
    const name = plain[index] as string;
    // `a.png` and `a.jpg` are distinguished by their endings.
    const whole = wholes[index] as string;
    if (wholeCounts.get(folded(whole)) === 1 && take(index, whole)) continue;
    // Counting continues where it ended for the same name, or many equal names would take long.
    let number = numbers.get(folded(name)) ?? 1;
    while (!take(index, number === 1 ? name : `${name}-${number}`)) number++;
    numbers.set(folded(name), number + 1);
  }
  return inputs.map((_, index) => names.get(index) as string);
}

/** Equal for names that some disk takes for the same. */
export function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(folded(name), (counts.get(folded(name)) ?? 0) + 1);
  return counts;
}

function withoutEnding(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]*$/, '');
}

/** Windows keeps these for devices, whatever follows after a dot. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

function portable(path: string): string {
  const parts = path.split('/').map((part) => {
    const clean = part
      .replaceAll(/[<>:"|?*\\\p{Cc}]/gu, '_')
      .replace(/[. ]$/, '$&_')
      .replace(/^$/, '_');
    return reserved.test(clean) ? `_${clean}` : clean;
  });
  // A folder of the name that a picture will have would be in its way.
  return parts
    .map((part, i) =>
      i < parts.length - 1 && ownSuffixes.some((suffix) => folded(part).endsWith(suffix)) ? `${part}_` : part,
    )
    .join('/');
}
