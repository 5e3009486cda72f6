/** Ranges and values in words, for error messages, help and tables of the documentation. */
import type { NumberRange, NumbersRange, ParameterRange } from './parameter-schema.ts';

/** The range in words, for example `a number above 0, at most 1` or `'max' or 'meanDeviation'`. */
export function describeRange(parameter: ParameterRange): string {
  if (parameter.type === 'choice') return alternatives(parameter.choices.map((choice) => `'${choice}'`));
  if (parameter.type === 'switch') return 'true or false';
  if (parameter.type === 'numbers') return describeNumbers(parameter);
  const { type, multipleOf: step, min } = parameter;
  if (step === undefined) return within(type === 'integer' ? 'a whole number' : 'a number', parameter);
  const first = min === undefined ? {} : { min: Math.ceil(min / step) * step };
  return within(`a multiple of ${step}`, { ...parameter, ...first });
}

function alternatives(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
}

function describeNumbers({ count, ascending, above, ...range }: NumbersRange): string {
  const kind = ascending === true ? 'ascending ' : above === 0 ? 'positive ' : '';
  const what = `${kind}number${count === 1 || count === 'perChannel' ? '' : 's'}`;
  const limits = above === undefined || above === 0 ? range : { ...range, above };
  if (count !== 'perChannel') return within(`${count} ${what}`, limits);
  return `${within(`one ${what}`, limits)} per channel`;
}

function within(what: string, { min, above, max, below }: Omit<NumberRange, 'type'>): string {
  const lowest = above === undefined ? min !== undefined && `from ${min}` : `above ${above}`;
  const highest = below === undefined ? max !== undefined && `to ${max}` : `below ${below}`;
  if (lowest === false) return highest === false ? what : `${what} ${highest.replace(/^to/, 'of at most')}`;
  if (highest === false) return `${what} ${lowest}`;
  const joint = above === undefined && below === undefined ? ' ' : below === undefined ? ', ' : ' and ';
  return `${what} ${lowest}${joint}${highest.replace(/^to/, above === undefined ? 'to' : 'at most')}`;
}

/** A value that was received, on one line: as JSON if it can be written so, or else its type. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
