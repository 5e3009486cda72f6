/**
 * A backend on a thread of its own. The engine blocks the thread that calls it while a graph runs; a server, or a
 * program that decodes images meanwhile, keeps its own thread free by letting a worker make the calls.
 */
import { Worker } from 'node:worker_threads';
import {
  BackendError,
  BackendUnavailableError,
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  ModelFormatError,
  UnknownNameError,
  type Backend,
  type BackendFactory,
  type HostTensor,
  type Session,
} from '@oddpixel/model-core/contract';
import type { ErrorReply, OpenReply, Reply, Request, SessionReply, WorkerStart } from './worker-protocol.ts';

export interface WorkerBackendOptions {
  readonly device: 'cpu';
  /** Threads of one run. Default: one per core. */
  readonly threads?: number;
}

/** The backend of a device in a worker thread. Feeds are copied once, outputs are handed over without a copy. */
export function inWorker(options: WorkerBackendOptions): BackendFactory {
  const name = `ort-node:${options.device}:worker`;
  return {
    name,
    async open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      const connection = connect(name, { ...options });
      try {
        const { capabilities } = (await connection.ask({ kind: 'open' })) as OpenReply;
        return workerBackend(name, capabilities, connection);
      } catch (cause) {
        await connection.close();
        if (cause instanceof BackendUnavailableError) throw cause;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new BackendUnavailableError({ backend: name, reason }, { cause });
      }
    },
  };
}

function workerBackend(name: string, capabilities: Backend['capabilities'], connection: Connection): Backend {
  const queue = createRunQueue();
  const sessions = new Set<Session>();
  let closing: Promise<void> | undefined;

  async function createSession(model: Uint8Array, options = {}): Promise<Session> {
    if (closing !== undefined) throw new DisposedError({ what: `Backend \`${name}\`` });
    const opened = (await queue.run(() =>
      connection.ask({ kind: 'createSession', model, options }),
    )) as SessionReply;
    const { session: id, inputs, outputs } = opened;
    let released: Promise<void> | undefined;
    const session: Session = {
      inputs,
      outputs,
      async run(feeds, runOptions = {}) {
        if (released !== undefined) throw new DisposedError({ what: `A session of \`${name}\`` });
        checkFeeds(inputs, feeds, { backend: name });
        const names = checkOutputs(outputs, runOptions.outputs);
        const request = {
          kind: 'run',
          session: id,
          feeds: feeds as Record<string, HostTensor>,
          outputs: names,
        } as const;
        return queue.run(() => connection.ask(request) as Promise<Record<string, HostTensor>>, {
          signal: runOptions.signal,
        });
      },
      dispose(): Promise<void> {
        released ??= queue
          .run(() => connection.ask({ kind: 'disposeSession', session: id }))
          .then(() => {
            sessions.delete(session);
          });
        return released;
      },
    };
    sessions.add(session);
    return session;
  }

  return {
    name,
    capabilities,
    createSession,
    dispose(): Promise<void> {
      closing ??= Promise.all(Array.from(sessions, (session) => session.dispose().catch(() => {}))).then(() =>
        connection.close(),
      );
      return closing;
    },
  };
}

/** Questions to the worker and their answers. */
interface Connection {
  ask(request: Request): Promise<unknown>;
  close(): Promise<void>;
}

function connect(name: string, start: WorkerStart): Connection {
  // Flags of the main thread, such as loaders, are not meant for the worker.
  const worker = new Worker(workerUrl(), { workerData: start, execArgv: [] });
  // An idle backend does not keep the program from ending.
  worker.unref();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  let dead: Error | undefined;

  worker.on('message', (reply: Reply) => {
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in reply) question?.reject(rebuild(name, reply.error));
    else question?.resolve(reply.value);
  });
  const end = (reason: string, cause?: unknown): void => {
    dead ??= new BackendError({ backend: name, operation: 'answer', reason }, { cause });
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  worker.on('error', (cause) => end(`its thread ended with an error: ${cause.message}`, cause));
  worker.on('exit', () => end('its thread has ended'));

  return {
    ask(request): Promise<unknown> {
      if (dead !== undefined) return Promise.reject(dead);
      return new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, request });
      });
    },
    async close(): Promise<void> {
      await this.ask({ kind: 'dispose' }).catch(() => {});
      await worker.terminate();
    },
  };
}

/** The built worker: beside this file once built, in `dist` when the sources run. */
function workerUrl(): URL {
  const fromSources = import.meta.url.endsWith('.ts');
  return new URL(fromSources ? '../dist/worker.js' : './worker.js', import.meta.url);
}

/** Errors of ours keep their class; others become a BackendError. */
function rebuild(name: string, { name: className, message, details }: ErrorReply): Error {
  if (className === 'ModelFormatError')
    return new ModelFormatError(details as { where: string; problem: string });
  if (className === 'UnknownNameError')
    return new UnknownNameError(details as { kind: 'input' | 'output'; name: string; known: string[] });
  if (className === 'BackendUnavailableError')
    return new BackendUnavailableError(details as { backend: string; reason: string });
  if (className === 'BackendError')
    return new BackendError({ ...(details as { operation: string; reason: string }), backend: name });
  return new BackendError({ backend: name, operation: 'answer', reason: message });
}
