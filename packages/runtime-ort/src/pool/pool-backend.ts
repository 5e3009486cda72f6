/**
 * Several backends as one: each run goes to the member with the least to do, so that as many runs as there are
 * members go on at the same time. On a CPU a pool of single-threaded engines does more images per second than one
 * engine with many threads, since decoding and inference share the cores without waiting for each other.
 */
import {
  type Backend,
  type BackendCapabilities,
  type Session,
  type SessionOptions,
  DisposedError,
  ParameterError,
  type Tensor,
} from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';
import { poolMembers, type PoolMember, type PoolMembers } from './pool-members.ts';

export interface PoolOptions {
  /**
   * Starts a member in place of one that is `lost`. Without it the others go on alone; a pool that has lost all of its
   * members fails.
   */
  readonly reopen?: (() => Promise<Backend>) | undefined;
}

/**
 * A backend over `members`, which must be of the same kind: any of them may compute any run. It owns them:
 * disposing it disposes them. Tensors cannot stay on a device, since the next run may be another member's.
 * Only what is running on a member when it is lost fails, with a BackendError.
 *
 * @throws ParameterError when there is no member.
 */
export function poolBackend(
  name: string,
  members: readonly Backend[],
  { reopen }: PoolOptions = {},
): Backend {
  if (members.length === 0) {
    throw new ParameterError({ name: 'members', expected: 'at least one backend', received: 'none' });
  }
  const pool = poolMembers(name, members, reopen);
  let closing: Promise<void> | undefined;
  return {
    name,
    capabilities: poolCapabilities(members),
    async createSession(model, options): Promise<Session> {
      if (closing !== undefined) throw new DisposedError({ what: `Backend \`${name}\`` });
      return openSession(pool, model, options);
    },
    dispose(): Promise<void> {
      closing ??= pool.dispose();
      return closing;
    },
  };
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

/** The model on every member; on all or, after an error, on none. */
async function openSession(
  pool: PoolMembers,
  model: Uint8Array,
  { keepOnDevice }: SessionOptions = {},
): Promise<Session> {
  // Members that join later load it as well, from bytes that nobody changes.
  const bytes = copyNumbers(model);
  const sessions = new Map<PoolMember, Promise<Session>>();

  /** Members are asked to keep what the caller asked for, so that a wrong name is found; they cannot keep it. */
  function sessionOn(member: PoolMember): Promise<Session> {
    const known = sessions.get(member);
    if (known !== undefined) return known;
    const session = member.backend.createSession(bytes, keepOnDevice === undefined ? {} : { keepOnDevice });
    sessions.set(member, session);
    // The next run tries again.
    session.catch(() => sessions.delete(member));
    return session;
  }

  async function disposeAll(): Promise<void> {
    const outcomes = await Promise.all(
      Array.from(sessions, async ([member, opening]) => {
        const session = await opening.catch(() => undefined);
        return session?.dispose().then(
          () => undefined,
          (error: unknown) => (member.lost === undefined ? { error } : undefined),
        );
      }),
    );
    const failure = outcomes.find((outcome) => outcome !== undefined);
    if (failure !== undefined) throw failure.error;
  }

  const attempts = await Promise.allSettled(
    pool.all().map(async (member) => {
      try {
        return await sessionOn(member);
      } catch (error) {
        // The others have the model.
        if (member.lost !== undefined) return undefined;
        throw error;
      }
    }),
  );
  const failure = attempts.find((attempt) => attempt.status === 'rejected');
  if (failure !== undefined) {
    await disposeAll();
    throw failure.reason;
  }
  const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const first = opened.find((session) => session !== undefined) ?? (await pool.assign(sessionOn));
  let settled: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  return {
    inputs: first.inputs,
    outputs: first.outputs,
    async run(feeds, options): Promise<Record<string, Tensor>> {
      if (closing !== undefined) throw new DisposedError({ what: 'A session' });
      // Results come in the order of the calls, whichever member was faster; an aborted call waits for nobody.
      const before = settled;
      const result = pool.assign(async (member) => (await sessionOn(member)).run(feeds, options));
      settled = Promise.allSettled([before, result]).then(() => undefined);
      const outputs = await result;
      await before;
      return outputs;
    },
    dispose(): Promise<void> {
      closing ??= disposeAll();
      return closing;
    },
  };
}
