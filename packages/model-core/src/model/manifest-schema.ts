/**
 * Reading and writing the manifest as JSON text. The structure is `ModelManifest` in the contract;
 * this file checks it, so that a damaged or newer file is refused with the field's name.
 */
import * as z from 'zod/mini';
import {
  ModelFormatError,
  preprocessParameters,
  type ModelManifest,
  scoreParameters,
  sharedParameters,
} from '@oddpixel/contract';

/** Key of the manifest in the ONNX file's `metadata_props`. */
export const manifestKey = 'oddpixel';

const finite = z.number();
const natural = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));
const rate = z.number().check(z.minimum(0), z.maximum(1));
const scalars = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
/**
 * A size or count as its parameter allows it, without an upper end: a model of others may be larger than what we train.
 */
const atLeast = ({ min }: { readonly min: number }): z.ZodMiniNumberFormat => z.int().check(z.minimum(min));
const { seed } = sharedParameters;
const { normalizationType, domainHandling, imageWidth, imageHeight, imageNumChannels } = preprocessParameters;
const source = z.enum(['validation', 'leaveOwnRowsOut', 'leaveOwnSumsOut', 'kFolds', 'test']);

const preprocessing = z.object({
  imageWidth: atLeast(imageWidth),
  imageHeight: atLeast(imageHeight),
  imageNumChannels: atLeast(imageNumChannels),
  imageRangeMin: finite,
  imageRangeMax: finite,
  normalizationType: z.enum(normalizationType.choices),
  mean: z.optional(z.array(finite)),
  deviation: z.optional(z.array(finite)),
  domainHandling: z.enum(domainHandling.choices),
  sourceRange: z.optional(z.tuple([finite, finite])),
});

const thresholds = z.object({
  classification: finite,
  segmentation: finite,
  classificationMethod: z.enum(['falseAlarmRate', 'maxOk', 'minNok', 'intermediate', 'f1Max', 'manual']),
  segmentationMethod: z.enum(['meanPlusDeviations', 'f1Max', 'manual']),
  statement: z.optional(
    z.object({
      kind: z.enum(['guaranteed', 'expected', 'estimated']),
      falseAlarmRate: rate,
      requestedRate: rate,
      confidence: z.optional(rate),
      referenceCount: natural,
      source,
    }),
  ),
});

const schema = z.object({
  version: z.literal(1),
  modelType: z.enum(['anomaly', 'external']),
  productVersion: z.string(),
  classNames: z.tuple([z.literal('ok'), z.literal('nok')]),
  classIds: z.tuple([z.literal(0), z.literal(1)]),
  preprocessing,
  scoreMethod: z.enum(scoreParameters.scoreMethod.choices),
  standardDeviationFactor: finite,
  backbone: z.optional(z.object({ id: z.string(), sha256: z.string(), outputs: z.array(z.string()) })),
  head: z.optional(
    z.object({
      type: z.string().check(z.minLength(1)),
      parameters: scalars,
      gridWidth: positive,
      gridHeight: positive,
      featureDims: positive,
    }),
  ),
  training: z.optional(
    z.object({
      seed: atLeast(seed),
      parameters: scalars,
      history: z.array(z.object({ epoch: natural, error: finite })),
      imageHashes: z.array(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
      imageCount: natural,
      figures: z.record(z.string(), finite),
      augmentation: z.optional(scalars),
      images: z.optional(
        z.object({
          depths: z.array(z.enum(['8 bit', '16 bit', 'float'])),
          channels: z.array(z.string()),
          width: z.tuple([positive, positive]),
          height: z.tuple([positive, positive]),
          grayRange: z.optional(z.tuple([finite, finite])),
        }),
      ),
    }),
  ),
  calibration: z.optional(
    z.object({
      source,
      referenceScores: z.array(finite),
      pixelMean: finite,
      pixelDeviation: finite,
      stale: z.optional(z.boolean()),
    }),
  ),
  thresholds: z.optional(thresholds),
  external: z.optional(z.object({ input: z.string(), map: z.string(), score: z.optional(z.string()) })),
});

/**
 * Parses and checks the manifest's JSON text.
 *
 * @throws ModelFormatError that names the field, also for a manifest written by a newer version.
 */
export function parseManifest(text: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelFormatError({ where: `metadata "${manifestKey}"`, problem: 'not JSON' }, { cause });
  }
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (typeof version === 'number' && version > 1) {
    throw new ModelFormatError({
      where: 'manifest.version',
      problem: `the file has version ${version}, this program reads version 1`,
      fix: 'Update oddpixel.',
    });
  }
  const result = schema.safeParse(withCurrentNames(json));
  if (!result.success) {
    const issue = result.error.issues[0];
    const field = ['manifest', ...(issue?.path ?? []).map(String)].join('.');
    throw new ModelFormatError({ where: field, problem: issue?.message ?? 'not valid' });
  }
  // The schema states the same structure; only `undefined` in optional fields differs, and JSON has none.
  return result.data as ModelManifest;
}

/** The manifest with current names: older files name the backbone `extractor`. */
function withCurrentNames(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('extractor' in json)) return json;
  const { extractor, ...rest } = json;
  return { backbone: extractor, ...rest };
}

/** The manifest's canonical JSON text: keys sorted at every level, so that equal manifests are equal bytes. */
export function serializeManifest(manifest: ModelManifest): string {
  return JSON.stringify(manifest, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : value,
  );
}
