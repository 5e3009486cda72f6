/** `--augment flips,rotation=10,shift=0.05`: which changes augmented copies of training images show. */
import { ParameterError } from '@oddpixel/contract';
import { createAugmentParams, type AugmentParams } from '@oddpixel/preprocess';
import { UsageError } from './outcome.ts';

/** Words of the option, and the parameters that each sets. */
const switches: ReadonlyMap<string, readonly (keyof AugmentParams)[]> = new Map([
  ['flips', ['flipHorizontal', 'flipVertical']],
  ['flip-horizontal', ['flipHorizontal']],
  ['flip-vertical', ['flipVertical']],
  ['turns', ['rightAngleTurns']],
]);
const amounts: ReadonlyMap<string, readonly (keyof AugmentParams)[]> = new Map([
  ['rotation', ['rotation']],
  ['shift', ['shiftX', 'shiftY']],
  ['shift-x', ['shiftX']],
  ['shift-y', ['shiftY']],
  ['scale', ['scale']],
  ['brightness', ['brightness']],
  ['contrast', ['contrast']],
  ['noise', ['noise']],
]);

/** Every word as it is written. */
export const augmentWords: string = [
  ...switches.keys(),
  ...Array.from(amounts.keys(), (word) => `${word}=N`),
].join(', ');

/** The word of the option that sets this parameter alone, as it is written. */
export function augmentWord(parameter: string): string | undefined {
  const sets = ([, names]: readonly [string, readonly string[]]): boolean =>
    names.length === 1 && names[0] === parameter;
  const [word] = [...switches].find(sets) ?? [];
  const [amount] = [...amounts].find(sets) ?? [];
  return word ?? (amount && `${amount}=N`);
}

/** @throws UsageError for an unknown word, a value that is missing, too many or out of range, and a change named twice. */
export function parseAugment(text: string): Partial<AugmentParams> {
  const fields: Record<string, boolean | number> = {};
  for (const item of text.split(',').map((part) => part.trim())) {
    const [word = '', value, ...rest] = item.split('=');
    const isSwitch = switches.has(word);
    const names = switches.get(word) ?? amounts.get(word);
    if (names === undefined) throw refused(`a list of ${augmentWords}`, item);
    if (isSwitch && value !== undefined) throw refused(`${word} without a value`, item);
    const amount = Number(value);
    if (!isSwitch && (value === undefined || value.trim() === '' || rest.length > 0 || !(amount > 0))) {
      throw refused(`${word}=N with a number above 0`, item);
    }
    for (const name of names) {
      if (Object.hasOwn(fields, name)) throw refused('each change once', text);
      fields[name] = isSwitch ? true : amount;
    }
  }
  return checked(fields);
}

function checked(fields: Partial<AugmentParams>): Partial<AugmentParams> {
  try {
    // Whatever the gray value range will be: here only that there is one.
    createAugmentParams({ ...fields, imageRangeMin: 0, imageRangeMax: 1 });
    return fields;
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const { name, expected, received } = error.details;
    throw refused(`${name}: ${expected}`, received);
  }
}

function refused(expected: string, received: string): UsageError {
  return new UsageError(`--augment: expected ${expected}, received "${received}"`);
}
