/** Results as JSON: what a program needs of a verdict. The map stays out: it would be megabytes of text. */
import * as z from 'zod/mini';
import type { RegionComponent, Result, ResultJson } from '@oddpixel/contract';
import { regionComponents } from './region.ts';

/** The JSON form of a result; regions are in source pixels. */
export function resultToJson(result: Result): ResultJson {
  const { anomalyScore, anomalyClass, anomalyClassId, pValue, thresholds } = result;
  return {
    score: anomalyScore,
    verdict: anomalyClass ?? null,
    verdictId: anomalyClassId ?? null,
    pValue: pValue ?? null,
    regions: regionComponents(result),
    thresholds:
      thresholds === undefined
        ? null
        : { classification: thresholds.classification, segmentation: thresholds.segmentation },
  };
}

class JsonResult {
  constructor(fields: Result) {
    Object.assign(this, fields);
  }

  toJSON(this: Result): ResultJson {
    return resultToJson(this);
  }
}

/** The same result, which `JSON.stringify` writes as `resultToJson` does. */
export function asJsonResult(fields: Result): Result {
  return new JsonResult(fields) as Result;
}

const point = { x: z.number(), y: z.number() };
const regions: z.ZodMiniType<RegionComponent[]> = z.array(
  z.object({
    area: z.number(),
    box: z.object({ ...point, width: z.number(), height: z.number() }),
    centre: z.object(point),
    peak: z.object({ ...point, value: z.number() }),
  }),
);

/** Checks the JSON form of a result that comes from elsewhere, such as a server or a file of `oddpixel predict`. */
export const resultJsonSchema: z.ZodMiniObject<{
  readonly [Key in keyof ResultJson]: z.ZodMiniType<ResultJson[Key]>;
}> = z.object({
  score: z.number(),
  verdict: z.nullable(z.enum(['ok', 'nok'])),
  verdictId: z.nullable(z.union([z.literal(0), z.literal(1)])),
  pValue: z.nullable(z.number().check(z.minimum(0), z.maximum(1))),
  regions,
  thresholds: z.nullable(z.object({ classification: z.number(), segmentation: z.number() })),
});
