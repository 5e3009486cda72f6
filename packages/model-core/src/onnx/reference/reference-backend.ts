/** The interpreter as a backend: slow, deterministic, everywhere. What other backends are compared with. */
import {
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  UnknownNameError,
  type Backend,
  type BackendFactory,
  type HostTensor,
  type Session,
} from '../../contract/index.ts';
import { readGraph } from '../codec/graph-codec.ts';
import { runGraph } from './interpreter.ts';

/** A backend named `reference`. */
export function referenceBackend(): BackendFactory {
  return {
    name: 'reference',
    open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      return Promise.resolve(openReference());
    },
  };
}

function openReference(): Backend {
  const queue = createRunQueue();
  const sessions = new Set<Session>();
  let disposed = false;
  return {
    name: 'reference',
    capabilities: {
      keepOnDevice: false,
      deterministic: true,
      float16: true,
      threads: 1,
      maxBufferBytes: 2 ** 31 - 1,
      dtypes: [
        'float32',
        'float64',
        'float16',
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
        'uint64',
        'bool',
      ],
    },
    async createSession(model, { keepOnDevice = [] } = {}): Promise<Session> {
      if (disposed) throw new DisposedError({ what: 'Backend `reference`' });
      const graph = readGraph(model);
      const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
      const { outputs } = graph;
      const known = outputs.map(({ name }) => name);
      const unknown = keepOnDevice.find((name) => !known.includes(name));
      if (unknown !== undefined) throw new UnknownNameError({ kind: 'output', name: unknown, known });
      let closing: Promise<void> | undefined;
      const session: Session = {
        inputs,
        outputs,
        async run(feeds, options = {}) {
          if (closing !== undefined) throw new DisposedError({ what: 'A session of `reference`' });
          checkFeeds(inputs, feeds, { backend: 'reference' });
          const names = checkOutputs(outputs, options.outputs);
          const task = (): Record<string, HostTensor> =>
            runGraph(graph, feeds as Record<string, HostTensor>, { outputs: names });
          return queue.run(task, { signal: options.signal });
        },
        dispose(): Promise<void> {
          closing ??= queue.run(() => void sessions.delete(session));
          return closing;
        },
      };
      sessions.add(session);
      return session;
    },
    async dispose(): Promise<void> {
      disposed = true;
      await Promise.all(Array.from(sessions, (session) => session.dispose()));
    },
  };
}
