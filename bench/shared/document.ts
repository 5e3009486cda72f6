/** The shape of the documents, for the tests; the README states what the fields mean. */
import { z } from 'zod';

const positive = z.number().positive();
const ratio = z.strictObject({ median: positive, lowest: positive, highest: positive });
/** A clock of CPU time may not advance during the short rounds of a test: then there is no number. */
const cpuTimes = z.number().min(0).nullable();
const cpuRatio = z.strictObject({ median: cpuTimes, lowest: cpuTimes, highest: cpuTimes });
const machine = z.strictObject({
  cpu: z.string().min(1),
  cores: z.int().positive(),
  platform: z.string(),
  node: z.string(),
  onnxruntime: z.string().regex(/^\d+\.\d+/),
  loadBefore: z.number().min(0),
});
const skipped = z.strictObject({ skipped: z.string().min(1) });

export const trainingStepDocument = z.strictObject({
  measurement: z.literal('training-step'),
  machine,
  threads: z.int().positive(),
  rounds: z.int().positive(),
  torch: z.union([
    skipped,
    z.strictObject({ version: z.string(), config: z.string(), threads: z.int().positive() }),
  ]),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      what: z.string(),
      oursMs: positive,
      oursCpuMs: z.number().min(0),
      stepsPerRound: z.int().positive(),
      torch: z
        .strictObject({
          variantsMs: z.record(z.string(), positive),
          best: z.string(),
          ratio,
          cpuRatio,
          bar: positive,
          isBarReached: z.boolean(),
          agreement: z.strictObject({
            firstLoss: z.number().max(1e-4),
            laterLosses: z.number(),
            parameters: z.number(),
          }),
        })
        .nullable(),
    }),
  ),
});

export const headsDocument = z.strictObject({
  measurement: z.literal('heads'),
  machine,
  sizes: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
  threads: z.int().positive(),
  rounds: z.int().positive(),
  rows: z.array(
    z.strictObject({
      what: z.enum(['head alone', 'whole model']),
      batch: z.int().positive(),
      memoryMs: positive,
      studentMs: positive,
      ratio,
      cpuRatio,
      bar: positive.nullable(),
      isBarReached: z.boolean().nullable(),
    }),
  ),
  wholeModel: z.union([skipped, z.strictObject({ backbone: z.string() })]),
});

const backboneRow = z.strictObject({
  name: z.string().min(1),
  perImage: z.array(z.strictObject({ batch: z.int().positive(), ms: positive, cpuMs: cpuTimes })),
  bestBatch: z.int().positive(),
  toFirst: ratio,
});

export const backbonesDocument = z.strictObject({
  measurement: z.literal('backbones'),
  machine,
  width: z.int().positive(),
  height: z.int().positive(),
  batches: z.array(z.int().positive()),
  rounds: z.int().positive(),
  roundMs: z.int().positive(),
  devices: z.array(
    z.strictObject({
      device: z.enum(['cpu', 'webgpu']),
      threads: z.int().positive().optional(),
      isSoftware: z.boolean().nullable().optional(),
      rows: z.array(backboneRow),
    }),
  ),
  webgpu: skipped.optional(),
});

const compared = { gpuMs: positive, cpuMs: positive, ratio };
const judged = { difference: z.number().min(0), tolerance: positive, isEqual: z.boolean() };
const gpuHead = {
  measurement: z.literal('gpu'),
  machine,
  devices: z.array(
    z.strictObject({ name: z.string(), available: z.boolean(), reason: z.string().optional() }),
  ),
};

export const gpuDocument = z.union([
  z.strictObject({ ...gpuHead, skipped: z.string().min(1) }),
  z.strictObject({
    ...gpuHead,
    adapter: z.strictObject({ drivers: z.array(z.string()), isSoftware: z.boolean().nullable() }),
    countsAsGpu: z.boolean(),
    rounds: z.int().positive(),
    conformance: z.strictObject({
      passed: z.int(),
      failed: z.array(z.string()),
      skipped: z.array(z.string()),
    }),
    training: z.strictObject({
      what: z.string(),
      steps: z.int().positive(),
      losses: z.array(positive),
      ...judged,
      ...compared,
    }),
    inference: z.array(
      z.strictObject({
        what: z.string(),
        batch: z.int().positive(),
        gpuImagesPerSecond: positive,
        cpuImagesPerSecond: positive,
        ...judged,
        ...compared,
      }),
    ),
  }),
]);

export const predictDocument = z.strictObject({
  measurement: z.literal('predict'),
  machine,
  images: z.int().positive(),
  bare: z.array(z.strictObject({ batch: z.int().positive(), imagesPerSecond: positive })),
  predict: z.strictObject({ imagesPerSecond: positive }),
  ratio: positive,
});

export const trainDocument = z.strictObject({
  measurement: z.literal('train'),
  machine,
  images: z.int().positive(),
  bareFeaturePassSeconds: positive,
  trainSeconds: positive,
  ratio: positive,
  phases: z.array(
    z.strictObject({ phase: z.string(), seconds: z.number().min(0), ratio: z.number().min(0) }),
  ),
});
