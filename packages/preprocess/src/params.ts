/** Preprocessing parameters: made, validated, saved, loaded and compared with a model's manifest. */
import {
  ParameterError,
  type DomainHandling,
  type ModelManifest,
  type NormalizationType,
  type PreprocessParams,
} from '@oddpixel/contract';

const normalizationTypes: readonly NormalizationType[] = [
  'none',
  'firstChannel',
  'allChannels',
  'constantValues',
];
const domainHandlings: readonly DomainHandling[] = ['fullDomain', 'keepDomain', 'cropDomain'];

/** Width and height of a model's input are multiples of this. */
export const sizeStep = 32;
const largestSize = 8192;

/** What `createPreprocessParams` uses where an option is absent. */
export const defaultPreprocessParams: PreprocessParams = {
  imageWidth: 256,
  imageHeight: 256,
  imageNumChannels: 3,
  imageRangeMin: 0,
  imageRangeMax: 255,
  normalizationType: 'none',
  domainHandling: 'fullDomain',
};

/** What `createPreprocessParams` takes: any of the parameters; `undefined` is as good as absent. */
export type PreprocessOptions = {
  readonly [Name in keyof PreprocessParams]?: PreprocessParams[Name] | undefined;
};

/**
 * Parameters from options; see `defaultPreprocessParams` for what may be left out.
 *
 * @throws ParameterError naming the field, and for sizes the nearest allowed one.
 */
export function createPreprocessParams(options: PreprocessOptions = {}): PreprocessParams {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const params = { ...defaultPreprocessParams, ...Object.fromEntries(given) };
  return parseParams(params, { anySize: false });
}

/**
 * The parameters that a model was made with. Foreign models may have a size that is no multiple of 32.
 *
 * @throws ParameterError where the manifest's parameters are not usable.
 */
export function preprocessParamsFromModel(
  manifest: Pick<ModelManifest, 'modelType' | 'preprocessing'>,
): PreprocessParams {
  return parseParams(manifest.preprocessing, { anySize: manifest.modelType === 'external' });
}

/**
 * Compares parameters with what a model expects. How the domain is handled and the range of float images
 * belong to the images at hand and may differ.
 *
 * @throws ParameterError for the first field that differs.
 */
export function checkPreprocessParams(
  params: PreprocessParams,
  manifest: Pick<ModelManifest, 'modelType' | 'preprocessing'>,
): void {
  const own = parseParams(params, { anySize: manifest.modelType === 'external' });
  const expected = preprocessParamsFromModel(manifest);
  const fields = [
    'imageWidth',
    'imageHeight',
    'imageNumChannels',
    'imageRangeMin',
    'imageRangeMax',
    'normalizationType',
    'mean',
    'deviation',
  ] as const;
  for (const name of fields) {
    if (describe(own[name]) !== describe(expected[name])) {
      throw new ParameterError({
        name,
        expected: `${describe(expected[name])} as in the model`,
        received: describe(own[name]),
        fix: 'Use preprocessParamsFromModel(model.manifest).',
      });
    }
  }
}

/** The parameters as JSON text, for a file beside the images. */
export function savePreprocessParams(params: PreprocessParams): string {
  return `${JSON.stringify(parseParams(params, { anySize: true }), undefined, 2)}\n`;
}

/**
 * Parameters from JSON text. `anySize` also takes sizes that are no multiple of 32, as foreign models may have.
 *
 * @throws ParameterError for text that is not JSON, unknown fields and bad values.
 */
export function loadPreprocessParams(
  text: string,
  options: { readonly anySize?: boolean } = {},
): PreprocessParams {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ParameterError(
      { name: 'text', expected: 'JSON', received: `text that is not JSON (${String(error)})` },
      { cause: error },
    );
  }
  return parseParams(value, { anySize: options.anySize ?? false });
}

/** Checks every field and returns a fresh object that holds nothing else. */
function parseParams(value: unknown, { anySize }: { readonly anySize: boolean }): PreprocessParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParameterError({ name: 'params', expected: 'an object', received: describe(value) });
  }
  const known = new Set([...Object.keys(defaultPreprocessParams), 'mean', 'deviation', 'sourceRange']);
  for (const name of Object.keys(value)) {
    if (!known.has(name)) {
      const expected = `one of ${[...known].join(', ')}`;
      throw new ParameterError({ name: 'params', expected, received: `the unknown field ${name}` });
    }
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const imageNumChannels = integer(fields, 'imageNumChannels', 1, 256);
  const imageRangeMin = finite(fields, 'imageRangeMin');
  const imageRangeMax = finite(fields, 'imageRangeMax');
  if (imageRangeMin >= imageRangeMax) {
    throw new ParameterError({
      name: 'imageRangeMax',
      expected: `a number above imageRangeMin (${imageRangeMin})`,
      received: describe(imageRangeMax),
    });
  }
  const normalizationType = choice(fields, 'normalizationType', normalizationTypes);
  return {
    imageWidth: size(fields, 'imageWidth', anySize),
    imageHeight: size(fields, 'imageHeight', anySize),
    imageNumChannels,
    imageRangeMin,
    imageRangeMax,
    normalizationType,
    ...constants(fields, normalizationType, imageNumChannels),
    domainHandling: choice(fields, 'domainHandling', domainHandlings),
    ...sourceRange(fields),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function size(fields: Fields, name: string, anySize: boolean): number {
  const value = integer(fields, name, 1, largestSize);
  if (anySize || value % sizeStep === 0) return value;
  const nearest = Math.max(sizeStep, Math.round(value / sizeStep) * sizeStep);
  throw new ParameterError({
    name,
    expected: `a multiple of ${sizeStep}`,
    received: String(value),
    fix: `Use ${nearest}, the nearest.`,
  });
}

function integer(fields: Fields, name: string, min: number, max: number): number {
  const value = finite(fields, name);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ParameterError({ name, expected: `an integer from ${min} to ${max}`, received: String(value) });
}

function finite(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ParameterError({ name, expected: 'a number', received: describe(value) });
}

function choice<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const found = allowed.find((option) => option === fields[name]);
  if (found !== undefined) return found;
  throw new ParameterError({
    name,
    expected: `one of ${allowed.join(', ')}`,
    received: describe(fields[name]),
  });
}

/** `mean` and `deviation`: required by `constantValues`, one value per model channel, and meaningless otherwise. */
function constants(
  fields: Fields,
  type: NormalizationType,
  channels: number,
): Pick<PreprocessParams, 'mean' | 'deviation'> {
  if (type !== 'constantValues') {
    for (const name of ['mean', 'deviation']) {
      if (fields[name] === undefined) continue;
      throw new ParameterError({
        name,
        expected: `no value with normalizationType ${type}`,
        received: describe(fields[name]),
        fix: "Use normalizationType 'constantValues', or leave it out.",
      });
    }
    return {};
  }
  const mean = numbers(fields, 'mean', channels);
  const deviation = numbers(fields, 'deviation', channels);
  if (deviation.some((value) => value <= 0)) {
    throw new ParameterError({
      name: 'deviation',
      expected: 'positive numbers',
      received: describe(deviation),
    });
  }
  return { mean, deviation };
}

function sourceRange(fields: Fields): Pick<PreprocessParams, 'sourceRange'> {
  if (fields['sourceRange'] === undefined) return {};
  const [min, max] = numbers(fields, 'sourceRange', 2) as [number, number];
  if (min < max) return { sourceRange: [min, max] };
  throw new ParameterError({
    name: 'sourceRange',
    expected: 'two ascending numbers',
    received: describe(fields['sourceRange']),
  });
}

function numbers(fields: Fields, name: string, count: number): number[] {
  const value = fields[name];
  if (
    Array.isArray(value) &&
    value.length === count &&
    value.every((v) => typeof v === 'number' && Number.isFinite(v))
  ) {
    return value.map(Number);
  }
  throw new ParameterError({
    name,
    expected: `${count} number${count === 1 ? '' : 's'}`,
    received: describe(value),
  });
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
}
