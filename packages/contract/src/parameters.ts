/**
 * Parameters, each said once: default, range, unit and meaning. Whatever takes them (functions, the command line, pages
 * and tables of the documentation) reads it here.
 */
import { ParameterError } from './errors.ts';
import type {
  NumbersRange,
  ParameterOptions,
  ParameterRange,
  ParameterSchema,
  ParameterValues,
} from './parameter-schema.ts';
import { describeRange, describeValue } from './parameter-words.ts';

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
export function checkParameter(name: string, parameter: ParameterRange, value: unknown): void {
  if (isAllowed(parameter, value)) return;
  throw new ParameterError({ name, expected: describeRange(parameter), received: describeValue(value) });
}

/** Whether the value is of the right type and within the range. */
export function isAllowed(parameter: ParameterRange, value: unknown): boolean {
  if (parameter.type === 'choice') return parameter.choices.includes(value as string);
  if (parameter.type === 'switch') return typeof value === 'boolean';
  if (parameter.type === 'numbers') return areAllowed(parameter, value);
  const {
    type,
    min = -Infinity,
    above = -Infinity,
    max = Infinity,
    below = Infinity,
    multipleOf,
  } = parameter;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  if (multipleOf !== undefined && value % multipleOf !== 0) return false;
  return value >= min && value > above && value <= max && value < below;
}

function areAllowed({ count, ascending, ...range }: NumbersRange, value: unknown): boolean {
  if (!Array.isArray(value) || (count !== 'perChannel' && value.length !== count)) return false;
  const each: ParameterRange = { ...range, type: 'number' };
  if (!value.every((one) => isAllowed(each, one))) return false;
  return ascending !== true || value.every((one, index) => index === 0 || one > value[index - 1]);
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

/** How an anomaly map becomes a score: chosen when training, and in the manifest of every model. */
export const scoreParameters = {
  scoreMethod: {
    type: 'choice',
    default: 'max',
    choices: ['max', 'meanDeviation'],
    about: 'how the anomaly map becomes a score',
  },
  standardDeviationFactor: {
    type: 'number',
    default: 3,
    min: 0,
    about: 'factor of the score meanDeviation: mean + factor × standard deviation of the map',
    halcon: 'standard_deviation_factor',
  },
} as const;

/** Thresholds that a person sets. They are float32 in exported models, so they end far below its largest number. */
export const thresholdParameters = {
  classification: {
    type: 'number',
    min: -1e30,
    max: 1e30,
    about: 'a score at or above it is nok (default: by the false-alarm rate)',
  },
  segmentation: {
    type: 'number',
    min: -1e30,
    max: 1e30,
    about:
      'a map pixel at or above it belongs to the region (default: mean plus 4 standard deviations of good pixels)',
  },
} as const;

/** What backends take that compute on CPU threads. */
export const backendParameters = {
  threads: {
    type: 'integer',
    min: 1,
    max: 1024,
    unit: 'thread',
    about: 'CPU threads (default: one per core)',
  },
} as const;
