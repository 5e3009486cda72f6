/**
 * Who works in a pool. A member that is lost is retired at once and, if the pool can, started again; one that failed
 * without being lost is passed over for a while, since it would otherwise look like the one with the least to do.
 */
import { type Backend, BackendError, DisposedError } from '@oddpixel/contract';

/** Runs that go to others after a failure, times the failures in a row. */
const restAfterFailure = 100;

export interface PoolMember {
  readonly backend: Backend;
  /** Why it is gone. */
  readonly lost: string | undefined;
}

export interface PoolMembers {
  /** Those alive. */
  all(): readonly PoolMember[];
  /**
   * Gives `task` to the member with the least to do. What only waited on a member that is lost meanwhile is given to
   * another one; what was running there fails.
   *
   * @throws BackendError when no member is left and none can be started.
   */
  assign<T>(task: (member: PoolMember) => Promise<T>): Promise<T>;
  /** Never rejects for a member that is lost. */
  dispose(): Promise<void>;
}

interface Member extends PoolMember {
  lost: string | undefined;
  /** Tasks that it has, oldest first. */
  readonly tasks: object[];
  /** Those that were running when it was lost. */
  victims: ReadonlySet<object>;
  failuresInARow: number;
  /** Whether it was started in place of another one and has done nothing yet. */
  unproven: boolean;
  /** The count of assignments from which it is asked again. */
  restsUntil: number;
}

export function poolMembers(
  name: string,
  backends: readonly Backend[],
  reopen: (() => Promise<Backend>) | undefined,
): PoolMembers {
  const living = new Set<Member>();
  const starting = new Set<Promise<void>>();
  let assignments = 0;
  let vacancies = 0;
  let failedStarts = 0;
  let nextStart = 0;
  let startError: unknown;
  let disposed = false;

  function join(backend: Backend, unproven: boolean): void {
    const member: Member = {
      backend,
      lost: undefined,
      tasks: [],
      victims: new Set(),
      failuresInARow: 0,
      unproven,
      restsUntil: 0,
    };
    living.add(member);
    void backend.lost?.then((reason) => retire(member, reason));
  }

  function retire(member: Member, reason: string): void {
    member.lost = reason;
    // The oldest are running, the others wait behind them.
    member.victims = new Set(member.tasks.slice(0, member.backend.capabilities.parallelRuns ?? 1));
    living.delete(member);
    if (disposed) return;
    void member.backend.dispose().catch(() => {});
    vacancies++;
    if (member.unproven) delayStarts();
    start();
  }

  /** The others go on meanwhile: each attempt costs them time, and one that dies at once would be started forever. */
  function delayStarts(): void {
    nextStart = assignments + restAfterFailure * ++failedStarts;
  }

  /** Starts what is missing, unless that failed a moment ago. */
  function start(): void {
    if (reopen === undefined || disposed || assignments < nextStart) return;
    for (; vacancies > 0; vacancies--) {
      const attempt = reopen()
        .then(async (backend) => {
          if (disposed) await backend.dispose();
          else join(backend, true);
        })
        .catch((cause: unknown) => {
          startError = cause;
          vacancies++;
          delayStarts();
        })
        .finally(() => starting.delete(attempt));
      starting.add(attempt);
    }
  }

  function idlest(): Member | undefined {
    const rested = [...living].filter(({ restsUntil }) => restsUntil <= assignments);
    const [first, ...others] = rested.length > 0 ? rested : living;
    return first && others.reduce((a, b) => (b.tasks.length < a.tasks.length ? b : a), first);
  }

  /** Waits for a member that is being started, or starts one. @throws BackendError */
  async function firstStarted(): Promise<void> {
    nextStart = 0;
    start();
    while (living.size === 0 && starting.size > 0) await Promise.race(starting);
    if (living.size > 0) return;
    if (disposed) throw new DisposedError({ what: `Backend \`${name}\`` });
    const reason = startError instanceof Error ? startError.message : 'all its members are gone';
    throw new BackendError(
      { backend: name, operation: 'find a member for the run', reason, fix: 'Open the backend again.' },
      { cause: startError },
    );
  }

  async function assign<T>(task: (member: PoolMember) => Promise<T>): Promise<T> {
    for (;;) {
      assignments++;
      start();
      const member = idlest();
      if (member === undefined) {
        await firstStarted();
        continue;
      }
      const token = {};
      member.tasks.push(token);
      try {
        const result = await task(member);
        member.failuresInARow = 0;
        if (member.unproven) failedStarts = 0;
        member.unproven = false;
        return result;
      } catch (error) {
        if (member.lost !== undefined && !member.victims.has(token) && !disposed) continue;
        if (error instanceof BackendError) {
          member.restsUntil = assignments + restAfterFailure * ++member.failuresInARow;
        }
        throw error;
      } finally {
        member.tasks.splice(member.tasks.indexOf(token), 1);
      }
    }
  }

  for (const backend of backends) join(backend, false);
  return {
    all: () => [...living],
    assign,
    async dispose(): Promise<void> {
      disposed = true;
      const all = [...living];
      const outcomes = await Promise.allSettled([
        ...all.map(({ backend }) => backend.dispose()),
        ...starting,
      ]);
      const failed = outcomes.find(
        (outcome, i) => outcome.status === 'rejected' && all[i]?.lost === undefined,
      );
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
}
