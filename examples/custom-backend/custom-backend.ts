import {
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  type Backend,
  type BackendFactory,
  type HostTensor,
  type Session,
} from '@oddpixel/contract';
import { readGraph } from '@oddpixel/graph';
import { runGraph } from '@oddpixel/graph/reference';

/** A backend of our own. The engine is the reference interpreter here; yours goes where `runGraph` is called. */
export function customBackend(): BackendFactory {
  return { name: 'custom', open: () => Promise.resolve(openCustom()) };
}

function openCustom(): Backend {
  const queue = createRunQueue(); // order and cancellation, as the contract wants them
  let disposed = false;

  async function createSession(
    model: Uint8Array,
    { keepOnDevice = [] as readonly string[] } = {},
  ): Promise<Session> {
    if (disposed) throw new DisposedError({ what: 'The custom backend' });
    const graph = readGraph(model); // throws ModelFormatError
    const { inputs, outputs } = graph;
    checkOutputs(outputs, keepOnDevice); // we keep nothing, but a wrong name is a mistake all the same
    let closing: Promise<void> | undefined;
    return {
      inputs,
      outputs,
      async run(feeds, { signal, outputs: asked } = {}) {
        if (disposed || closing) throw new DisposedError({ what: 'A session of the custom backend' });
        checkFeeds(inputs, feeds, { backend: 'custom' });
        const options = { outputs: checkOutputs(outputs, asked) };
        return queue.run(() => runGraph(graph, feeds as Record<string, HostTensor>, options), { signal });
      },
      dispose: () => (closing ??= queue.run(() => {})), // runs that wait are finished first
    };
  }

  return {
    name: 'custom',
    capabilities: {
      keepOnDevice: false,
      deterministic: true,
      float16: false,
      threads: 1,
      maxBufferBytes: 2 ** 28,
      dtypes: ['float32', 'int64', 'bool'],
    },
    createSession,
    dispose: () => ((disposed = true), queue.run(() => {})),
  };
}
