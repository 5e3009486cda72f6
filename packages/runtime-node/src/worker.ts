/** The worker thread behind `inWorker`: a backend that answers messages. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  isHostTensor,
  OddpixelError,
  type Backend,
  type HostTensor,
  type Session,
} from '@oddpixel/model-core/contract';
import { cpu } from './backends.ts';
import type { ErrorReply, Reply, Request, WorkerStart } from './worker-protocol.ts';

const start = workerData as WorkerStart;
const sessions = new Map<number, Session>();
let backend: Backend | undefined;
let nextSession = 0;

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  void answer(request).then(
    (value) => reply({ id, value }, transferable(value)),
    (error: unknown) => reply({ id, error: describe(error) }),
  );
});

function reply(message: Reply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'open': {
      backend = await cpu(start.threads === undefined ? {} : { threads: start.threads }).open();
      return { name: backend.name, capabilities: backend.capabilities };
    }
    case 'createSession': {
      const session = await opened().createSession(request.model, request.options);
      const id = nextSession++;
      sessions.set(id, session);
      return { session: id, inputs: session.inputs, outputs: session.outputs };
    }
    case 'run':
      return sessions.get(request.session)?.run(request.feeds, { outputs: request.outputs });
    case 'disposeSession':
      await sessions.get(request.session)?.dispose();
      sessions.delete(request.session);
      return undefined;
    case 'dispose':
      await backend?.dispose();
      return undefined;
  }
}

function opened(): Backend {
  if (backend === undefined) throw new Error('the worker was asked for a session before it was opened');
  return backend;
}

/** The memory of outputs moves to the main thread instead of being copied. */
function transferable(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const buffers = Object.values(value as Record<string, HostTensor>).flatMap((tensor) =>
    typeof tensor === 'object' && tensor !== null && 'data' in tensor && isHostTensor(tensor)
      ? [tensor.data.buffer]
      : [],
  );
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}

function describe(error: unknown): ErrorReply {
  if (error instanceof OddpixelError)
    return { name: error.name, message: error.message, details: error.details };
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) };
}
