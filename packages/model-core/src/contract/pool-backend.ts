/**
 * Several backends as one: each run goes to the member with the least to do, so that as many runs as there are
 * members go on at the same time. On a CPU a pool of single-threaded engines does more images per second than one
 * engine with many threads, since decoding and inference share the cores without waiting for each other.
 */
import type { Backend, BackendCapabilities, RunOptions, Session, SessionOptions } from './backend.ts';
import { DisposedError, ParameterError } from './errors.ts';
import type { Tensor } from './tensor.ts';

/**
 * A backend over `members`, which must be of the same kind: any of them may compute any run. It owns them:
 * disposing it disposes them. Tensors cannot stay on a device, since the next run may be another member's.
 *
 * @throws ParameterError when there is no member.
 */
export function poolBackend(name: string, members: readonly Backend[]): Backend {
  if (members.length === 0) {
    throw new ParameterError({ name: 'members', expected: 'at least one backend', received: 'none' });
  }
  const pending = members.map(() => 0);
  let closing: Promise<void> | undefined;
  return {
    name,
    capabilities: poolCapabilities(members),
    createSession(model, options): Promise<Session> {
      if (closing !== undefined) return Promise.reject(new DisposedError({ what: `Backend \`${name}\`` }));
      return openSession(members, pending, model, options);
    },
    dispose(): Promise<void> {
      closing ??= settleAll(members.map((member) => member.dispose()));
      return closing;
    },
  };
}

/** Runs to ask for at the same time: each engine runs one while its next one is collected. */
export function runsInFlight({ capabilities }: Backend): number {
  return 2 * (capabilities.parallelRuns ?? 1);
}

/** What all members can do. */
function poolCapabilities(members: readonly Backend[]): BackendCapabilities {
  const all = members.map(({ capabilities }) => capabilities);
  const sum = (value: (capabilities: BackendCapabilities) => number): number =>
    all.reduce((total, capabilities) => total + value(capabilities), 0);
  return {
    keepOnDevice: false,
    deterministic: all.every(({ deterministic }) => deterministic),
    float16: all.every(({ float16 }) => float16),
    threads: sum(({ threads }) => threads),
    maxBufferBytes: Math.min(...all.map(({ maxBufferBytes }) => maxBufferBytes)),
    dtypes: (all[0]?.dtypes ?? []).filter((dtype) => all.every(({ dtypes }) => dtypes.includes(dtype))),
    parallelRuns: sum(({ parallelRuns = 1 }) => parallelRuns),
  };
}

/** The model on every member; on all or, after an error, on none. `pending` counts the members' runs, and is shared. */
async function openSession(
  members: readonly Backend[],
  pending: number[],
  model: Uint8Array,
  { keepOnDevice }: SessionOptions = {},
): Promise<Session> {
  // Members are asked to keep what the caller asked for, so that a wrong name is found; they cannot keep it.
  const options = keepOnDevice === undefined ? {} : { keepOnDevice };
  const opened = await Promise.allSettled(members.map((member) => member.createSession(model, options)));
  const sessions = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = opened.find((outcome) => outcome.status === 'rejected');
  const [first] = sessions;
  if (failure !== undefined || first === undefined) {
    await settleAll(sessions.map((session) => session.dispose()));
    throw failure?.reason;
  }
  let settled: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  async function runOnIdlest(
    feeds: Readonly<Record<string, Tensor>>,
    options?: RunOptions,
  ): Promise<Record<string, Tensor>> {
    const member = pending.indexOf(Math.min(...pending));
    pending[member] = (pending[member] as number) + 1;
    try {
      return await (sessions[member] as Session).run(feeds, options);
    } finally {
      pending[member] = (pending[member] as number) - 1;
    }
  }

  return {
    inputs: first.inputs,
    outputs: first.outputs,
    run(feeds, options): Promise<Record<string, Tensor>> {
      // Results come in the order of the calls, whichever member was faster; an aborted call waits for nobody.
      const before = settled;
      const result = runOnIdlest(feeds, options);
      settled = Promise.allSettled([before, result]).then(() => undefined);
      return result.then(async (outputs) => {
        await before;
        return outputs;
      });
    },
    dispose(): Promise<void> {
      closing ??= settleAll(sessions.map((session) => session.dispose()));
      return closing;
    },
  };
}

/** Waits for all, then throws the first failure. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(promises);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
