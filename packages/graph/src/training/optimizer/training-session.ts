/**
 * Runs a training step again and again on a backend. Parameters and moments stay where the backend has them: on the
 * device if it can keep them there, else as the host tensors that it returned, passed on without a copy. Nothing is
 * read back before it is requested.
 */
import {
  createRunQueue,
  hostTensor,
  isHostTensor,
  ModelStateError,
  TensorMismatchError,
  type Backend,
  type DType,
  type HostTensor,
  type RunOptions,
  type Tensor,
} from '@oddpixel/contract';
import { describeTensor, elementCount, allocate } from '@oddpixel/contract/unstable';
import { writeGraph } from '../../index.ts';
import { constantRate, type LearningRate } from './learning-rate.ts';
import {
  lossOutput,
  scalarPrefix,
  type StateMember,
  type StateTensor,
  type TrainingStep,
} from './training-step.ts';

/** Everything that training needs to continue where it stopped. */
export interface TrainingState {
  /** Steps that were done. */
  readonly step: number;
  /** Parameters, moments and carried values by their names. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

export interface TrainingSessionOptions {
  readonly learningRate: number | LearningRate;
  /** Start values by name. What is not a parameter may be left out and starts as zeros. */
  readonly start: Readonly<Record<string, HostTensor>> | TrainingState;
}

export interface TrainingSession {
  /** Steps that were done. */
  readonly stepsDone: number;
  /**
   * One step. Calls are queued in call order; after an error or an abort the state is that of the last finished step.
   *
   * @throws UnknownNameError, TensorMismatchError, DisposedError, BackendError
   */
  step(batch: Readonly<Record<string, Tensor>>, options?: Pick<RunOptions, 'signal'>): Promise<void>;
  /** The loss that the last step computed, before its update. @throws ModelStateError before the first step. */
  loss(): Promise<number>;
  /** The parameters and carried values on the host. Treat them as read-only: the next step may start from them. */
  parameters(): Promise<Record<string, HostTensor>>;
  /** All that is needed to continue later: pass it as `start` to a new session of the same step. */
  state(): Promise<TrainingState>;
  /** Waits for queued steps, then releases. Idempotent. */
  dispose(): Promise<void>;
}

/** @throws TensorMismatchError if a start value is missing or does not fit; what `createSession` throws. */
export async function openTrainingSession(
  { graph, optimizer, state }: TrainingStep,
  backend: Backend,
  { learningRate, start }: TrainingSessionOptions,
): Promise<TrainingSession> {
  const rate = typeof learningRate === 'number' ? constantRate(learningRate) : learningRate;
  const from = isState(start) ? start : { step: 0, tensors: start };
  let tensors = new Map<string, Tensor>(state.map((info) => [info.input, startValue(info, from)]));
  let loss: Tensor | undefined;
  let stepsDone = from.step;
  const kept = [...state.map(({ output }) => output), lossOutput];
  const { keepOnDevice } = backend.capabilities;
  const session = await backend.createSession(writeGraph(graph), {
    oneByOne: true,
    keepOnDevice: keepOnDevice ? kept : undefined,
  });
  const queue = createRunQueue();
  let closing: Promise<void> | undefined;

  const scalars = (): Record<string, HostTensor> => {
    const values = optimizer.scalars(stepsDone + 1, rate(stepsDone));
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        `${scalarPrefix}${name}`,
        hostTensor('float32', [], Float32Array.of(value)),
      ]),
    );
  };
  const read = async (kinds: readonly StateTensor['kind'][]): Promise<Record<string, HostTensor>> => {
    const entries: (readonly [string, HostTensor])[] = [];
    for (const { kind, input, members } of state) {
      const tensor = tensors.get(input);
      if (tensor === undefined || !kinds.includes(kind)) continue;
      const values = await onHost(tensor);
      entries.push(...(members === undefined ? [[input, values] as const] : unpacked(values, members)));
    }
    return Object.fromEntries(entries);
  };

  return {
    get stepsDone() {
      return stepsDone;
    },
    step: (batch, { signal } = {}) =>
      queue.run(
        async () => {
          const feeds = { ...batch, ...Object.fromEntries(tensors), ...scalars() };
          const results = await session.run(feeds, signal === undefined ? {} : { signal });
          release([...tensors.values(), loss]);
          tensors = new Map(state.map(({ input, output }) => [input, results[output] as Tensor]));
          loss = results[lossOutput];
          stepsDone++;
        },
        { signal },
      ),
    loss: () =>
      queue.run(async () => {
        if (loss === undefined) {
          throw new ModelStateError({
            expected: 'a training session that has run at least one step',
            received: 'one that has run none',
          });
        }
        return Number((await onHost(loss)).data[0]);
      }),
    parameters: () => queue.run(() => read(['parameter', 'carried'])),
    state: () =>
      queue.run(async () => ({ step: stepsDone, tensors: await read(['parameter', 'moment', 'carried']) })),
    dispose(): Promise<void> {
      closing ??= queue.run(async () => {
        release([...tensors.values(), loss]);
        await session.dispose();
      });
      return closing;
    },
  };
}

function isState(start: TrainingSessionOptions['start']): start is TrainingState {
  return typeof start['step'] === 'number';
}

function startValue(info: StateTensor, from: TrainingState): HostTensor {
  const { kind, input, dtype, dims, members } = info;
  if (members === undefined) return given(input, dtype, dims, from, kind !== 'parameter');
  const vector = allocate(dtype, elementCount(dims));
  let start = 0;
  for (const member of members) {
    const { data } = given(member.name, dtype, member.dims, from, false);
    // Both are arrays of `dtype`.
    (vector as Float32Array).set(data as Float32Array, start);
    start += data.length;
  }
  return hostTensor(dtype, dims, vector);
}

function given(
  name: string,
  dtype: DType,
  dims: readonly number[],
  from: TrainingState,
  isOptional: boolean,
): HostTensor {
  const value = Object.hasOwn(from.tensors, name) ? from.tensors[name] : undefined;
  if (value === undefined && isOptional) return hostTensor(dtype, dims, allocate(dtype, elementCount(dims)));
  if (value?.dtype !== dtype || value.dims.join() !== dims.join()) {
    throw new TensorMismatchError({
      name,
      expected: `a start value ${describeTensor({ dtype, dims })}`,
      received: value === undefined ? 'none' : describeTensor(value),
    });
  }
  return value;
}

/** The parameters of a vector, each a copy. */
function unpacked(
  { dtype, data }: HostTensor,
  members: readonly StateMember[],
): (readonly [string, HostTensor])[] {
  let start = 0;
  return members.map(({ name, dims }) => {
    const end = start + elementCount(dims);
    const part = data.slice(start, end);
    start = end;
    return [name, hostTensor(dtype, dims, part)] as const;
  });
}

async function onHost(tensor: Tensor): Promise<HostTensor> {
  return isHostTensor(tensor) ? tensor : tensor.read();
}

function release(tensors: readonly (Tensor | undefined)[]): void {
  for (const tensor of tensors) if (tensor !== undefined && !isHostTensor(tensor)) tensor.dispose();
}
