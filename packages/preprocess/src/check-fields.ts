/** Checks of preprocessing parameters that may come from a file: every field against its schema, then how they fit. */
import {
  optionalPreprocessParameters,
  ParameterError,
  preprocessParameters,
  type NumbersParameter,
  type Parameter,
  type PreprocessParams,
  checkParameter,
} from '@oddpixel/contract';
import { describeValue, isAllowed } from '@oddpixel/contract/unstable';

type Fields = Readonly<Record<string, unknown>>;
type RequiredParams = Omit<PreprocessParams, keyof typeof optionalPreprocessParameters>;

/** Checks every field and returns a fresh object that holds nothing else. @throws ParameterError naming the field */
export function checkFields(value: unknown, { anySize }: { readonly anySize: boolean }): PreprocessParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParameterError({ name: 'params', expected: 'an object', received: describeValue(value) });
  }
  const known = [...Object.keys(preprocessParameters), ...Object.keys(optionalPreprocessParameters)];
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    throw new ParameterError({
      name: 'params',
      expected: `one of ${known.join(', ')}`,
      received: `the unknown field ${name}`,
    });
  }
  const fields = value as Fields;
  for (const [name, parameter] of Object.entries<Parameter>(preprocessParameters)) {
    checkField(name, parameter, fields[name], anySize);
  }
  const required = fields as unknown as RequiredParams;
  const { imageRangeMin, imageRangeMax } = required;
  if (imageRangeMin >= imageRangeMax) {
    throw new ParameterError({
      name: 'imageRangeMax',
      expected: `a number above imageRangeMin (${imageRangeMin})`,
      received: describeValue(imageRangeMax),
    });
  }
  return {
    imageWidth: required.imageWidth,
    imageHeight: required.imageHeight,
    imageNumChannels: required.imageNumChannels,
    imageRangeMin,
    imageRangeMax,
    normalizationType: required.normalizationType,
    ...constants(fields, required),
    domainHandling: required.domainHandling,
    ...sourceRange(fields),
  };
}

function checkField(name: string, parameter: Parameter, value: unknown, anySize: boolean): void {
  if (isAllowed(parameter, value)) return;
  const received = describeValue(value);
  if (parameter.type === 'choice') {
    throw new ParameterError({ name, expected: `one of ${parameter.choices.join(', ')}`, received });
  }
  if (parameter.type !== 'integer' || !Number.isFinite(value)) {
    throw new ParameterError({ name, expected: 'a number', received });
  }
  const { multipleOf: step, ...limits } = parameter;
  if (!isAllowed(limits, value)) {
    const expected = `an integer from ${limits.min} to ${limits.max}`;
    throw new ParameterError({ name, expected, received });
  }
  if (anySize || step === undefined) return;
  const nearest = Math.max(step, Math.round(Number(value) / step) * step);
  const fix = `Use ${nearest}, the nearest.`;
  throw new ParameterError({ name, expected: `a multiple of ${step}`, received, fix });
}

/** `mean` and `deviation`: required by `constantValues`, one value per model channel, and meaningless otherwise. */
function constants(
  fields: Fields,
  { normalizationType, imageNumChannels: count }: RequiredParams,
): Pick<PreprocessParams, 'mean' | 'deviation'> {
  const { mean, deviation } = optionalPreprocessParameters;
  if (normalizationType === 'constantValues') {
    return {
      mean: numbers('mean', { ...mean, count }, fields),
      deviation: numbers('deviation', { ...deviation, count }, fields),
    };
  }
  for (const name of ['mean', 'deviation']) {
    if (fields[name] === undefined) continue;
    throw new ParameterError({
      name,
      expected: `no value with normalizationType ${normalizationType}`,
      received: describeValue(fields[name]),
      fix: "Use normalizationType 'constantValues', or leave it out.",
    });
  }
  return {};
}

function sourceRange(fields: Fields): Pick<PreprocessParams, 'sourceRange'> {
  if (fields['sourceRange'] === undefined) return {};
  const [min, max] = numbers('sourceRange', optionalPreprocessParameters.sourceRange, fields);
  return { sourceRange: [min as number, max as number] };
}

function numbers(name: string, parameter: NumbersParameter, fields: Fields): number[] {
  const { type, count } = parameter;
  checkParameter(name, { type, count }, fields[name]);
  checkParameter(name, parameter, fields[name]);
  return [...(fields[name] as readonly number[])];
}
