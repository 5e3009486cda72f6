/**
 * Runs a training step again and again on a backend. Parameters and moments stay where the backend has them: on the
 * device if it can keep them there, else as the host tensors that it returned, handed on without a copy. Nothing is
 * read back before somebody asks.
 */
import {
  createRunQueue,
  describeTensor,
  elementCount,
  allocate,
  hostTensor,
  isHostTensor,
  ModelStateError,
  TensorMismatchError,
  type Backend,
  type HostTensor,
  type RunOptions,
  type Tensor,
} from '../../contract/index.ts';
import { writeGraph } from '../../onnx/index.ts';
import { constantRate, type LearningRate } from './learning-rate.ts';
import { lossOutput, scalarPrefix, type StateTensor, type TrainingStep } from './training-step.ts';

/** Everything that a training needs to go on where it stopped. */
export interface TrainingState {
  /** Steps that were done. */
  readonly step: number;
  /** Parameters, moments and carried values by the names of their inputs. */
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
  /** All that is needed to go on later: give it as `start` to a new session of the same step. */
  state(): Promise<TrainingState>;
  /** Waits for queued steps, then releases. Idempotent. */
  dispose(): Promise<void>;
}

/** @throws TensorMismatchError when a start value is missing or does not fit; what `createSession` throws. */
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
    ...(keepOnDevice && { keepOnDevice: kept }),
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
    const entries: [string, HostTensor][] = [];
    for (const { kind, input } of state) {
      const tensor = tensors.get(input);
      if (tensor !== undefined && kinds.includes(kind)) entries.push([input, await onHost(tensor)]);
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
            expected: 'a training that has done a step',
            received: 'one that has done none here',
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

function startValue({ kind, input, dtype, dims }: StateTensor, from: TrainingState): HostTensor {
  const given = Object.hasOwn(from.tensors, input) ? from.tensors[input] : undefined;
  if (given === undefined && kind !== 'parameter') {
    return hostTensor(dtype, dims, allocate(dtype, elementCount(dims)));
  }
  if (given?.dtype !== dtype || given.dims.join() !== dims.join()) {
    throw new TensorMismatchError({
      name: input,
      expected: `a start value ${describeTensor({ dtype, dims })}`,
      received: given === undefined ? 'none' : describeTensor(given),
    });
  }
  return given;
}

async function onHost(tensor: Tensor): Promise<HostTensor> {
  return isHostTensor(tensor) ? tensor : tensor.read();
}

function release(tensors: readonly (Tensor | undefined)[]): void {
  for (const tensor of tensors) if (tensor !== undefined && !isHostTensor(tensor)) tensor.dispose();
}
