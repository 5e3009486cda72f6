/** The JSON documents that commands print with `--json`. docs/cli-output.schema.json is made from them. */
import * as z from 'zod';
import { resultJsonSchema } from '@oddpixel/model-core';

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const measure = share.nullable();
const verdict = z.enum(['ok', 'nok']);

const statement = z.object({
  kind: z.enum(['guaranteed', 'expected', 'estimated']),
  falseAlarmRate: share,
  requestedRate: share,
  confidence: share.optional(),
  referenceCount: count,
  source: z.string(),
});

const thresholds = z.object({
  classification: z.number(),
  segmentation: z.number(),
  classificationMethod: z.string(),
  segmentationMethod: z.string(),
  statement: statement.optional(),
});

const thresholdRow = z.object({
  threshold: z.number(),
  confusion: z.object({
    truePositives: count,
    falsePositives: count,
    trueNegatives: count,
    falseNegatives: count,
  }),
  relative: z.object({
    truePositives: measure,
    falsePositives: measure,
    trueNegatives: measure,
    falseNegatives: measure,
  }),
  precision: measure,
  recall: measure,
  f1: measure,
  accuracy: share,
});

const evaluation = {
  images: count,
  image: z.object({ auroc: measure, ap: measure, f1Max: measure }).nullable(),
  pixel: z.object({ auroc: measure, ap: measure, aupro30: measure, aupro5: measure }).nullable(),
  thresholds: z.record(z.string(), thresholdRow),
  perDefect: z.record(
    z.string(),
    z.object({ images: count, auroc: measure, recall: measure, pixelAuroc: measure }),
  ),
};

const timing = z.object({ imagesPerSecond: z.number().min(0) });

/** Of sizes, in pixels. */
const range = z.object({ min: count, max: count });

/** What a person should know although the work continued. */
const remarks = z.array(
  z.object({
    code: z.string(),
    message: z.string(),
    files: z.array(z.string()).optional(),
    fix: z.string().optional(),
  }),
);

/** The one form of a verdict: what `JSON.stringify` makes of an inspection, and a line of `predict` but for files. */
const verdictFields = { ...resultJsonSchema.shape, remarks };
const inspection = z.object({ name: z.string(), ...verdictFields });
const prediction = z.object({ file: z.string(), ...verdictFields, files: z.array(z.string()) });
const failure = z.object({ file: z.string(), error: z.string(), lost: z.enum(['verdict', 'pictures']) });
const skippedFile = z.object({ file: z.string(), reason: z.string() });
const predictionFacts = {
  remarks,
  threshold: z.number().nullable(),
  statement: statement.nullable(),
  interrupted: z.boolean(),
  timing,
};

/** One line of `predict --jsonl`. */
export const predictLine = z.discriminatedUnion('type', [
  prediction.extend({ type: z.literal('image') }),
  failure.extend({ type: z.literal('failure') }),
  skippedFile.extend({ type: z.literal('skipped') }),
  z.object({
    type: z.literal('summary'),
    images: count,
    nok: count,
    failures: count,
    skipped: count,
    ...predictionFacts,
  }),
]);

/** What `JSON.stringify` makes of the library's values. */
export const libraryJson = { inspection } as const;

/** One schema per command. */
export const jsonOutputs = {
  dataset: z.object({
    images: count,
    counts: z.array(
      z.object({
        split: z.string(),
        label: verdict,
        defect: z.string(),
        images: count,
        width: range.optional(),
        height: range.optional(),
      }),
    ),
    files: z.object({
      images: count,
      masks: count,
      tables: count,
      clutter: count,
      unused: count,
      failed: count,
    }),
    problems: z.array(
      z.object({
        kind: z.string(),
        severity: z.enum(['error', 'warning']),
        imageIds: z.array(count),
        message: z.string(),
        suggestedRange: z.tuple([z.number(), z.number()]).optional(),
      }),
    ),
    remarks,
  }),
  train: z.object({
    model: z.string(),
    sizeBytes: count,
    trainImages: count,
    validationImages: count,
    head: z.object({ type: z.string() }).loose(),
    range: z.tuple([z.number(), z.number()]).nullable(),
    figures: z.record(z.string(), z.number()),
    thresholds: thresholds.optional(),
    result: z.object({ finalError: z.number().nullable(), finalEpoch: count }).loose(),
    remarks,
    seconds: z.number(),
  }),
  evaluate: z.object({
    ...evaluation,
    masks: z.object({ used: count, defective: count }),
    excluded: z.array(z.string()),
    remarks,
    report: z.string().nullable(),
    timing,
  }),
  predict: z.object({
    images: z.array(prediction),
    failures: z.array(failure),
    skipped: z.array(skippedFile),
    ...predictionFacts,
  }),
  add: z.object({ model: z.string(), images: count, rowsAdded: count, remarks }),
  info: z.object({
    sizeBytes: count,
    integrity: z.enum(['verified', 'unverified']),
    manifest: z.object({ version: z.literal(1) }).loose(),
  }),
  export: z.object({ file: z.string(), sizeBytes: count, standalone: z.boolean() }),
  devices: z.object({
    devices: z.array(
      z.object({ name: z.string(), available: z.boolean(), reason: z.string().optional() }).loose(),
    ),
  }),
  demo: z.object({ ...evaluation, model: z.string(), report: z.string(), seconds: z.number() }),
} as const;

/** All of them as one JSON Schema document. */
export function jsonSchemaText(): string {
  const commands = Object.fromEntries(
    Object.entries({ ...jsonOutputs, predictLine, ...libraryJson }).map(([name, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema);
      return [name, rest];
    }),
  );
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title:
      'What the commands of oddpixel print with --json, the lines of predict --jsonl (predictLine), and what JSON.stringify makes of an inspection of the API (inspection)',
    $defs: commands,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
