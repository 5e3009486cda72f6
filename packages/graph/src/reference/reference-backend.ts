/** The interpreter as a backend: slow, deterministic, everywhere. What other backends are compared with. */
import {
  BackendError,
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  UnsupportedOperatorError,
  type Backend,
  type BackendFactory,
  type HostTensor,
  type Session,
  type ValueInfo,
} from '@oddpixel/contract';
import { allDTypes } from '@oddpixel/contract/unstable';
import { readGraph } from '../codec/graph-codec.ts';
import { isKnownOperator, runGraph } from './interpreter.ts';
import type { Precision } from './value.ts';

export interface ReferenceBackendOptions {
  /** `float64` computes in doubles and rounds only the outputs: the yardstick for rounding errors. Default `float32`. */
  readonly precision?: Precision;
}

const name = 'reference';

/** A backend named `reference`. Operators that it does not know are found when a session is made. */
export function referenceBackend({ precision = 'float32' }: ReferenceBackendOptions = {}): BackendFactory {
  return {
    name,
    async open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      return openReference(precision);
    },
  };
}

function openReference(precision: Precision): Backend {
  const queue = createRunQueue();
  const sessions = new Set<Session>();
  let disposed = false;

  function createSession(model: Uint8Array, keepOnDevice: readonly string[]): Session {
    if (disposed) throw new DisposedError({ what: `Backend \`${name}\`` });
    const graph = readGraph(model);
    const unknown = graph.nodes.find((node) => !isKnownOperator(node));
    if (unknown !== undefined) {
      const cause = new UnsupportedOperatorError({
        operator: unknown.opType,
        node: unknown.name,
        reason: 'the reference interpreter does not know it',
      });
      throw new BackendError(
        { backend: name, operation: 'load the model', reason: reasonOf(cause) },
        { cause },
      );
    }
    const inputs = graph.inputs.filter((info) => !graph.initializers.has(info.name));
    const { outputs } = graph;
    // Nothing is kept on a device, but a name that is not an output is a mistake on every backend.
    checkOutputs(outputs, keepOnDevice);

    const compute = (
      feeds: Readonly<Record<string, HostTensor>>,
      wanted: readonly string[],
    ): Record<string, HostTensor> => {
      try {
        const results = runGraph(graph, feeds, { outputs: wanted, precision });
        return precision === 'float32' ? results : declaredTypes(outputs, results);
      } catch (cause) {
        throw new BackendError(
          { backend: name, operation: 'run the graph', reason: reasonOf(cause) },
          { cause },
        );
      }
    };
    let closing: Promise<void> | undefined;
    const session: Session = {
      inputs,
      outputs,
      async run(feeds, options = {}) {
        if (closing !== undefined) throw new DisposedError({ what: `A session of \`${name}\`` });
        checkFeeds(inputs, feeds, { backend: name });
        const wanted = checkOutputs(outputs, options.outputs);
        // Without device tensors of our own, checked feeds are all on the host.
        return queue.run(() => compute(feeds as Readonly<Record<string, HostTensor>>, wanted), {
          signal: options.signal,
        });
      },
      dispose(): Promise<void> {
        closing ??= queue.run(() => void sessions.delete(session));
        return closing;
      },
    };
    sessions.add(session);
    return session;
  }

  return {
    name,
    capabilities: {
      keepOnDevice: false,
      deterministic: true,
      float16: true,
      threads: 1,
      maxBufferBytes: 2 ** 31 - 1,
      dtypes: allDTypes,
    },
    async createSession(model, { keepOnDevice = [] } = {}): Promise<Session> {
      return createSession(model, keepOnDevice);
    },
    async dispose(): Promise<void> {
      disposed = true;
      await Promise.all(Array.from(sessions, (session) => session.dispose()));
    },
  };
}

/** Doubles rounded to the float32 that the graph declares. */
function declaredTypes(
  outputs: readonly ValueInfo[],
  results: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(results).map(([output, tensor]): [string, HostTensor] => {
      const isSingle = outputs.some((info) => info.name === output && info.dtype === 'float32');
      return isSingle && tensor.data instanceof Float64Array
        ? [output, { ...tensor, dtype: 'float32', data: Float32Array.from(tensor.data) }]
        : [output, tensor];
    }),
  );
}

/** Without the final dot: it becomes a part of a sentence. */
function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
