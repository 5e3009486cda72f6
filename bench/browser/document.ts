/** The shape of the document, for the tests; the README states what the fields mean. */
import { z } from 'zod';

const positive = z.number().positive();
const ratio = z.strictObject({ median: positive, lowest: positive, highest: positive });
/** A clock of CPU time may not advance during the short rounds of a test: then there is no number. */
const cpuTimes = z.number().min(0).nullable();
const cpuRatio = z.strictObject({ median: cpuTimes, lowest: cpuTimes, highest: cpuTimes });
const milliseconds = z.record(z.string(), z.number().min(0));
const place = z.enum(['page', 'worker']);
const device = z.enum(['wasm', 'webgpu']);
const judged = { bar: positive.nullable(), isBarReached: z.boolean().nullable() };

export const browserDocument = z.strictObject({
  measurement: z.literal('browser'),
  machine: z.looseObject({ node: z.string(), onnxruntime: z.string() }),
  chromium: z.string(),
  backbone: z.literal('small'),
  models: z.record(z.string(), z.record(z.string(), z.int().positive())),
  frame: z.strictObject({ width: z.literal(640), height: z.literal(480) }),
  rounds: z.int().positive(),
  throughput: z.array(
    z.strictObject({
      model: z.string(),
      isolated: z.boolean(),
      threads: z.int().positive(),
      bare: z.array(z.strictObject({ batch: z.int().positive(), msPerImage: positive })),
      rows: z.array(
        z.strictObject({
          what: z.string(),
          msPerImage: positive,
          imagesPerSecond: positive,
          toBare: ratio,
          toBareCpu: cpuRatio,
          ...judged,
        }),
      ),
      node: z.array(z.strictObject({ threads: z.int().positive(), msPerImage: positive, pageToNode: ratio })),
      live: z.strictObject({ framesPerSecond: positive, ...judged }),
    }),
  ),
  overhead: z.array(
    z.strictObject({
      place,
      frames: z.int().positive(),
      partsMs: milliseconds,
      runMs: positive,
      totalMs: positive,
      ...judged,
      besidesMs: milliseconds,
    }),
  ),
  memory: z.array(
    z.strictObject({
      device,
      place,
      warmUpFrames: z.int().positive(),
      frames: z.int().positive(),
      heapBeforeMb: positive,
      heapGrowthMb: z.number(),
      gpuBuffers: z.strictObject({ created: z.int().positive(), before: z.int(), after: z.int() }).nullable(),
      ...judged,
    }),
  ),
  first: z.array(
    z.strictObject({
      device,
      visit: z.enum(['first', 'third']),
      rounds: z.int().positive(),
      partsMs: milliseconds,
      totalMs: positive,
      transferredMb: z.number().min(0),
    }),
  ),
});
