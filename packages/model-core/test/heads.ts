/** The heads by name, for tests that try all of them. */
import {
  gaussian,
  gaussianParameters,
  memory,
  memoryParameters,
  student,
  studentParameters,
  type GaussianParams,
  type MemoryParams,
  type StudentParams,
} from '../src/heads/index.ts';
import {
  createTrainParams,
  trainParameters,
  type Head,
  type TrainParamOptions,
  type TrainParams,
} from '../src/train/index.ts';

export type HeadName = 'memory' | 'gaussian' | 'student';

/** Parameters of training and of any head. */
export type MixedParams = TrainParamOptions & Partial<MemoryParams & GaussianParams & StudentParams>;

/** Training parameters with the head of that name. Parameters of other heads are ignored. */
export function paramsOf(name: HeadName, mixed: MixedParams = {}): TrainParams {
  const head: Record<HeadName, () => Head> = {
    memory: () => memory(pick(mixed, memoryParameters)),
    gaussian: () => gaussian(pick(mixed, gaussianParameters)),
    student: () => student(pick(mixed, studentParameters)),
  };
  return createTrainParams(head[name](), pick(mixed, trainParameters));
}

function pick(mixed: MixedParams, schema: object): object {
  return Object.fromEntries(Object.entries(mixed).filter(([name]) => Object.hasOwn(schema, name)));
}
