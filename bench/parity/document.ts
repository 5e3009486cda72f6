/** The shape of the document, for the tests; the README states what the fields mean. */
import { z } from 'zod';

const difference = z.strictObject({
  pixels: z.number().min(0).nullable(),
  /** `null`: infinitely large. */
  score: z.number().min(0).nullable(),
  map: z.number().min(0).nullable(),
  isVerdictEqual: z.boolean(),
  isPromiseKept: z.boolean(),
});

export const parityDocument = z.strictObject({
  measurement: z.literal('parity'),
  machine: z.looseObject({ node: z.string(), onnxruntime: z.string() }),
  model: z.record(z.string(), z.int().positive()),
  medianGoodScore: z.number().positive(),
  threshold: z.number().positive(),
  nearestToThreshold: z.number().min(0),
  chromium: z.string().nullable(),
  skipped: z.array(z.strictObject({ runtime: z.string(), reason: z.string().min(1) })),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      isLossless: z.boolean(),
      form: z.string(),
      score: z.number(),
      verdict: z.enum(['ok', 'nok']),
      differences: z.record(z.string(), difference),
    }),
  ),
  isPromiseKept: z.boolean(),
});
