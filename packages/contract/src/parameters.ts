/**
 * Parameters, each said once: default, range, unit and meaning. Whatever takes them (functions, the command line, pages
 * and tables of the documentation) reads it here.
 */
import { ParameterError } from './errors.ts';

interface Described {
  /** What it does: a phrase in lower case, without a full stop. */
  readonly about: string;
  /** What one of it is, in the singular, for example `epoch`. */
  readonly unit?: string;
  /** Name of the parameter in HALCON, if it has one there. */
  readonly halcon?: string;
}

export interface NumberRange {
  readonly type: 'integer' | 'number';
  /** Lowest value that is allowed: `min` itself, or anything above `above`. */
  readonly min?: number;
  readonly above?: number;
  /** Highest value that is allowed: `max` itself, or anything below `below`. */
  readonly max?: number;
  readonly below?: number;
}

export interface NumberParameter extends Described, NumberRange {
  readonly default: number;
}

export interface Choice {
  readonly type: 'choice';
  readonly choices: readonly string[];
}

export interface ChoiceParameter extends Described, Choice {
  readonly default: string;
}

export interface Switch {
  readonly type: 'switch';
}

export interface SwitchParameter extends Described, Switch {
  readonly default: boolean;
}

/** The values that a parameter may have. */
export type ParameterRange = NumberRange | Choice | Switch;

export type Parameter = NumberParameter | ChoiceParameter | SwitchParameter;

/** Parameters by name. Written `{ … } as const`, so that the types of the values follow. */
export type ParameterSchema = Readonly<Record<string, Parameter>>;

/** The values that a schema describes. */
export type ParameterValues<S extends ParameterSchema> = {
  readonly [Name in keyof S]: S[Name] extends { readonly choices: readonly (infer Value)[] }
    ? Value
    : S[Name] extends Switch
      ? boolean
      : number;
};

/** Some of the values; those that are absent or undefined take their defaults. */
export type ParameterOptions<S extends ParameterSchema> = {
  readonly [Name in keyof S]?: ParameterValues<S>[Name] | undefined;
};

/**
 * All values of a schema: those given, and defaults for the others.
 *
 * @throws ParameterError for an unknown name or a value outside its range.
 */
export function fillParameters<S extends ParameterSchema>(
  schema: S,
  options: ParameterOptions<S> = {},
): ParameterValues<S> {
  checkNames(Object.keys(schema), options);
  const given = options as Readonly<Record<string, unknown>>;
  const values = Object.entries(schema).map(([name, parameter]) => {
    const value = given[name] === undefined ? parameter.default : given[name];
    checkParameter(name, parameter, value);
    return [name, value] as const;
  });
  return Object.fromEntries(values) as unknown as ParameterValues<S>;
}

/** @throws ParameterError for a name that is not among those known. */
export function checkNames(known: readonly string[], options: object): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new ParameterError({
      name,
      expected: known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`,
      received: `the unknown parameter \`${name}\``,
    });
  }
}

/** @throws ParameterError for a value outside the range. */
export function checkParameter(name: string, parameter: Parameter, value: unknown): void {
  if (isAllowed(parameter, value)) return;
  const received = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  throw new ParameterError({ name, expected: describeRange(parameter), received });
}

/** Whether the value is of the right type and within the range. */
export function isAllowed(parameter: ParameterRange, value: unknown): boolean {
  if (parameter.type === 'choice') return parameter.choices.includes(value as string);
  if (parameter.type === 'switch') return typeof value === 'boolean';
  const { type, min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = parameter;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  return value >= min && value > above && value <= max && value < below;
}

/** The range in words, for example `a number above 0, at most 1` or `'max' or 'meanDeviation'`. */
export function describeRange(parameter: ParameterRange): string {
  if (parameter.type === 'choice') return parameter.choices.map((choice) => `'${choice}'`).join(' or ');
  if (parameter.type === 'switch') return 'true or false';
  const { type, min, above, max, below } = parameter;
  const what = type === 'integer' ? 'a whole number' : 'a number';
  const lowest = above === undefined ? min !== undefined && `from ${min}` : `above ${above}`;
  const highest = below === undefined ? max !== undefined && `to ${max}` : `below ${below}`;
  if (lowest === false) return highest === false ? what : `${what} ${highest.replace(/^to/, 'of at most')}`;
  if (highest === false) return `${what} ${lowest}`;
  const joint = above === undefined && below === undefined ? ' ' : below === undefined ? ', ' : ' and ';
  return `${what} ${lowest}${joint}${highest.replace(/^to/, above === undefined ? 'to' : 'at most')}`;
}

/** Parameters that several rooms share. */
export const sharedParameters = {
  seed: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 2_147_483_647,
    about: 'random seed; the same seed and data give the same result',
  },
  falseAlarmRate: {
    type: 'number',
    default: 0.01,
    above: 0,
    below: 1,
    about: 'share of good images that may be called nok',
  },
} as const;
