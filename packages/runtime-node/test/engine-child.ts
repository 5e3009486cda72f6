/**
 * A program that uses the engine in one of many ways, for tests of what it leaves behind. Run with the name of the
 * way; prints JSON: what came of it.
 */
import { SHARE_ENV, Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { hostTensor, type BackendFactory } from '@oddpixel/contract';
import { GraphBuilder, mul, writeGraph } from '@oddpixel/graph';
import { cpu, cpuPool, disableEngineTelemetry, inWorker, sharpCodec } from '../src/index.ts';

const g = new GraphBuilder();
g.output('y', mul(g.input('x', 'float32', [2, 3]), 2));
const model = writeGraph(g.build());

/** `ran`, or the code of the error and its message. */
async function attempt(factory: BackendFactory): Promise<string> {
  try {
    const backend = await factory.open();
    const session = await backend.createSession(model);
    await session.run({ x: hostTensor('float32', [2, 3], new Float32Array(6)) });
    await backend.dispose();
    return 'ran';
  } catch (error) {
    const { code = 'untyped', message } = error as Error & { code?: string };
    return `${code}: ${message}`;
  }
}

/** The same in a worker of the user's; `start` delays it until the main thread says so. */
function inUsersWorker(way: string, env?: typeof SHARE_ENV): { start: () => void; outcome: Promise<string> } {
  // Node 20 does not hand the loader of the main thread on to workers.
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import('${import.meta.url}'); })`;
  const worker = new Worker(load, { eval: true, workerData: way, env });
  const outcome = new Promise<string>((resolve, reject) => {
    worker.once('message', (message: string) => {
      resolve(message);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
  return { start: () => worker.postMessage('start'), outcome };
}

function startedInWorker(way: string, env?: typeof SHARE_ENV): Promise<string> {
  const { start, outcome } = inUsersWorker(way, env);
  start();
  return outcome;
}

async function useEngineDirectly(): Promise<void> {
  const { InferenceSession } = await import('onnxruntime-node');
  await (await InferenceSession.create(model)).release();
}

const ways: Record<string, () => Promise<string>> = {
  'import alone': async () => {
    await sharpCodec().encode({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) }, 'png');
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    return String(sharedObjects.filter((path) => path.includes('onnxruntime')).length);
  },
  'main thread': () => attempt(cpu()),
  pool: () => attempt(cpuPool({ threads: 2 })),
  'variable set to 0': () => {
    process.env['ORT_DISABLE_TELEMETRY'] = '0';
    return attempt(cpu());
  },
  'engine imported before': async () => {
    await import('onnxruntime-node');
    return attempt(cpu());
  },
  'engine used before': async () => {
    await useEngineDirectly();
    return attempt(cpu());
  },
  'engine used before, telemetry off': async () => {
    disableEngineTelemetry();
    await useEngineDirectly();
    return attempt(cpu());
  },
  'engine that cannot be loaded': () => {
    process.dlopen = () => {
      throw Object.assign(new Error('another version is loaded'), { code: 'ERR_DLOPEN_FAILED' });
    };
    return attempt(cpu());
  },
  "user's worker": () => startedInWorker('main thread'),
  "user's worker with a variable of its own": () => startedInWorker('variable set to 0'),
  "user's worker, environment shared": () => startedInWorker('main thread', SHARE_ENV),
  "user's worker, switched off before": () => {
    disableEngineTelemetry();
    return startedInWorker('main thread');
  },
  "user's worker, switched off after it was started": () => {
    const { start, outcome } = inUsersWorker('main thread');
    disableEngineTelemetry();
    start();
    return outcome;
  },
  "user's worker after the main thread": async () => {
    const { start, outcome } = inUsersWorker('main thread');
    await attempt(cpu());
    start();
    return outcome;
  },
  "our worker in a user's worker": () => startedInWorker('our worker'),
  "our worker in a user's worker, switched off before": () => {
    disableEngineTelemetry();
    return startedInWorker('our worker');
  },
  "worker in a user's worker": () => startedInWorker("user's worker"),
  'our worker': () => attempt(inWorker({ device: 'cpu', threads: 1 })),
};

async function take(way: string): Promise<string> {
  return (await ways[way]?.()) ?? `unknown way ${way}`;
}

if (isMainThread) {
  process.stdout.write(JSON.stringify(await take(process.argv[2] ?? '')));
} else {
  parentPort?.once(
    'message',
    () => void take(String(workerData)).then((text) => parentPort?.postMessage(text)),
  );
}
