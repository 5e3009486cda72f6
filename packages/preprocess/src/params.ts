/** Preprocessing parameters: made, validated, saved, loaded and compared with a model's manifest. */
import {
  fillParameters,
  ParameterError,
  preprocessParameters,
  type ModelManifest,
  type PreprocessParams,
} from '@oddpixel/contract';
import { describeValue } from '@oddpixel/contract/unstable';
import { checkFields } from './check-fields.ts';

/** What `createPreprocessParams` uses for an option that is absent. */
export const defaultPreprocessParams: PreprocessParams = /* @__PURE__ */ fillParameters(preprocessParameters);

/** Any of the parameters; `undefined` means absent. */
export type PreprocessOptions = {
  readonly [Name in keyof PreprocessParams]?: PreprocessParams[Name] | undefined;
};

/**
 * Parameters from options; those that are absent take their defaults, `defaultPreprocessParams`.
 *
 * @throws ParameterError for an unknown field or a bad value; for sizes it names the nearest that is allowed.
 */
export function createPreprocessParams(options: PreprocessOptions = {}): PreprocessParams {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const params = { ...defaultPreprocessParams, ...Object.fromEntries(given) };
  return checkFields(params, { anySize: false });
}

/**
 * The parameters that a model was made with. Foreign models may have a size that is not a multiple of 32.
 *
 * @throws ParameterError if the manifest's parameters are not usable.
 */
export function preprocessParamsFromModel(
  manifest: Pick<ModelManifest, 'modelType' | 'preprocessing'>,
): PreprocessParams {
  return checkFields(manifest.preprocessing, { anySize: manifest.modelType === 'external' });
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
  const own = checkFields(params, { anySize: manifest.modelType === 'external' });
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
    if (describeValue(own[name]) !== describeValue(expected[name])) {
      throw new ParameterError({
        name,
        expected: `${describeValue(expected[name])} as in the model`,
        received: describeValue(own[name]),
        fix: 'Use preprocessParamsFromModel(model.manifest).',
      });
    }
  }
}

/** The parameters as JSON text, for a file beside the images. */
export function savePreprocessParams(params: PreprocessParams): string {
  return `${JSON.stringify(checkFields(params, { anySize: true }), undefined, 2)}\n`;
}

/**
 * Parameters from JSON text. `anySize` also takes sizes that are not multiples of 32, as foreign models may have.
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
  return checkFields(value, { anySize: options.anySize ?? false });
}
