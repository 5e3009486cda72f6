/**
 * A backend over one execution provider of ONNX Runtime. Exactly one provider is asked for: lists of providers are
 * no safe fallback chains, and another device than the one asked for would be a silent lie.
 */
import {
  BackendError,
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  isHostTensor,
  ModelFormatError,
  type Backend,
  type BackendCapabilities,
  type DeviceTensor,
  type DType,
  type HostTensor,
  type RunOptions,
  type RunQueue,
  type Session,
  type SessionOptions,
  type Tensor,
  type ValueInfo,
} from '@oddpixel/contract';
import { checkModelBytes } from '@oddpixel/graph/unstable';
import { createReader, type DeviceReader } from './device-reader.ts';
import type {
  OrtEngine,
  OrtProvider,
  OrtSession,
  OrtSessionOptions,
  OrtTensor,
  OrtValueMetadata,
} from './engine.ts';
import { fromOrt, toOrt } from './ort-tensors.ts';

export interface OrtBackendOptions {
  readonly engine: OrtEngine;
  readonly name: string;
  readonly provider: OrtProvider;
  readonly capabilities: BackendCapabilities;
  /** Engine options beyond the provider. */
  readonly session?: OrtSessionOptions | undefined;
  /** Shared with other backends if the engine computes one thing at a time. Default: one of its own. */
  readonly queue?: RunQueue;
  /** Resolves with the reason when the device is gone for good: nothing that was loaded on it works again. */
  readonly lost?: Promise<string>;
}

/** What the sessions of one backend share. */
interface Device {
  readonly options: OrtBackendOptions;
  readonly queue: RunQueue;
  readonly reader: DeviceReader;
  /** The engine's tensors behind our device tensors that are not disposed. */
  readonly owned: WeakMap<DeviceTensor, OrtTensor>;
  /** Why the device is gone. */
  lost?: string;
}

export function ortBackend(options: OrtBackendOptions): Backend {
  const { engine, queue = createRunQueue() } = options;
  const create = (bytes: Uint8Array): Promise<OrtSession> =>
    engine.InferenceSession.create(bytes, engineOptions(options));
  const device: Device = { options, queue, reader: createReader(create), owned: new WeakMap() };
  void options.lost?.then((reason) => (device.lost = reason));
  const sessions = new Set<Session>();
  let disposed = false;
  return {
    name: options.name,
    capabilities: options.capabilities,
    async createSession(model, sessionOptions = {}): Promise<Session> {
      if (disposed) throw new DisposedError({ what: `Backend \`${options.name}\`` });
      const session = await queue.run(() => openSession(device, model, sessionOptions));
      sessions.add(session);
      return session;
    },
    async dispose(): Promise<void> {
      disposed = true;
      await Promise.all(Array.from(sessions, (session) => session.dispose()));
      sessions.clear();
      await queue.run(() => device.reader.dispose());
    },
  };
}

function engineOptions(
  { provider, session }: OrtBackendOptions,
  keepOnDevice: readonly string[] = [],
): OrtSessionOptions {
  const options: OrtSessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    // Warnings about single nodes would drown a user's own output; errors still throw.
    logSeverityLevel: 3,
    ...session,
  };
  if (keepOnDevice.length === 0) return options;
  return {
    ...options,
    preferredOutputLocation: Object.fromEntries(keepOnDevice.map((name) => [name, 'gpu-buffer' as const])),
  };
}

async function openSession(
  device: Device,
  model: Uint8Array,
  { keepOnDevice = [] }: SessionOptions,
): Promise<Session> {
  const { name, capabilities, engine } = device.options;
  const kept = capabilities.keepOnDevice ? keepOnDevice : [];
  checkAlive(device, 'load the model');
  // The engine trusts what it gets, and would read other files for it.
  checkModelBytes(model);
  let session: OrtSession;
  try {
    session = await unlessLost(
      device,
      engine.InferenceSession.create(model, engineOptions(device.options, kept)),
    );
  } catch (cause) {
    // The engine has its own words for an unknown output; ours come from a session that keeps nothing.
    if (kept.length > 0) await checkOutputsOf(device, model, kept);
    checkAlive(device, 'load the model', cause);
    throw sessionError(name, cause);
  }
  const inputs = toValueInfos(session.inputMetadata);
  const outputs = toValueInfos(session.outputMetadata);
  try {
    checkOutputs(outputs, keepOnDevice);
  } catch (error) {
    await releaseSession(device, session);
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    inputs,
    outputs,
    async run(feeds, options = {}): Promise<Record<string, Tensor>> {
      if (closing !== undefined) throw new DisposedError({ what: `A session of \`${name}\`` });
      checkFeeds(inputs, feeds, {
        backend: name,
        owns: (tensor) => device.owned.has(tensor) || isDead(tensor),
      });
      const names = checkOutputs(outputs, options.outputs);
      return device.queue.run(() => runSession(device, session, feeds, names), {
        signal: options.signal,
        discard: release,
      });
    },
    dispose(): Promise<void> {
      closing ??= device.queue.run(() => releaseSession(device, session));
      return closing;
    },
  };
}

/** @throws UnknownNameError, or what a session of this model throws by itself. */
async function checkOutputsOf(device: Device, model: Uint8Array, asked: readonly string[]): Promise<void> {
  const { engine, name } = device.options;
  const session = await engine.InferenceSession.create(model, engineOptions(device.options)).catch(
    (cause: unknown) => {
      throw sessionError(name, cause);
    },
  );
  const outputs = toValueInfos(session.outputMetadata);
  await session.release();
  checkOutputs(outputs, asked);
}

async function runSession(
  device: Device,
  session: OrtSession,
  feeds: Readonly<Record<string, Tensor>>,
  names: NonNullable<RunOptions['outputs']>,
): Promise<Record<string, Tensor>> {
  checkAlive(device, 'run the graph');
  const given = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [
      name,
      isHostTensor(tensor) ? toOrt(tensor, device.options.engine) : engineTensor(device, tensor),
    ]),
  );
  try {
    const outputs = await unlessLost(device, session.run(given, [...names]));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [
        name,
        tensor.location === 'cpu' ? fromOrt(tensor) : deviceTensor(device, tensor),
      ]),
    );
  } catch (cause) {
    checkAlive(device, 'run the graph', cause);
    throw new BackendError(
      { backend: device.options.name, operation: 'run the graph', reason: reasonOf(cause) },
      { cause },
    );
  }
}

/** @throws BackendError once the device is lost. */
function checkAlive({ options, lost }: Device, operation: string, cause?: unknown): void {
  if (lost === undefined) return;
  const fix = 'Open the backend again and load its models again.';
  throw new BackendError({ backend: options.name, operation, reason: lost, fix }, { cause });
}

/** What the engine answers; it may never answer once the device is lost. */
async function unlessLost<T>({ options }: Device, answer: Promise<T>): Promise<T> {
  if (options.lost === undefined) return answer;
  const lost = options.lost.then((reason): never => {
    throw new Error(reason);
  });
  return Promise.race([answer, lost]);
}

const deadTensors = new WeakSet<DeviceTensor>();

function isDead(tensor: DeviceTensor): boolean {
  return deadTensors.has(tensor);
}

function engineTensor(device: Device, tensor: DeviceTensor): OrtTensor {
  const held = device.owned.get(tensor);
  if (held === undefined) throw new DisposedError({ what: 'A device tensor' });
  return held;
}

function deviceTensor(device: Device, held: OrtTensor): DeviceTensor {
  const tensor: DeviceTensor = {
    location: held.location,
    dtype: held.type as DType,
    dims: held.dims,
    async read(): Promise<HostTensor> {
      engineTensor(device, tensor);
      return device.queue.run(() => readTensor(device, tensor));
    },
    dispose(): void {
      if (!device.owned.delete(tensor)) return;
      deadTensors.add(tensor);
      // A queued run may still use it: the memory goes after what was asked for before.
      void device.queue.run(() => held.dispose());
    },
  };
  device.owned.set(tensor, held);
  return tensor;
}

async function readTensor(device: Device, tensor: DeviceTensor): Promise<HostTensor> {
  checkAlive(device, 'read a tensor');
  try {
    return await unlessLost(device, device.reader.read(engineTensor(device, tensor)));
  } catch (cause) {
    checkAlive(device, 'read a tensor', cause);
    throw cause;
  }
}

function release(outputs: Readonly<Record<string, Tensor>>): void {
  for (const tensor of Object.values(outputs)) if (!isHostTensor(tensor)) tensor.dispose();
}

async function releaseSession({ lost }: Device, session: OrtSession): Promise<void> {
  if (lost === undefined) return session.release();
  // The engine may wait for the lost device forever.
  void session.release().catch(() => {});
}

function toValueInfos(metadata: readonly OrtValueMetadata[]): ValueInfo[] {
  return metadata.flatMap((info) =>
    info.isTensor
      ? [
          {
            name: info.name,
            dtype: info.type as DType,
            // The engine gives unnamed dynamic sizes as ''.
            dims: info.shape.map((dim, axis) => (dim === '' ? `dim_${axis}` : dim)),
          },
        ]
      : [],
  );
}

/** The engine tells unusable files only by its message. */
function sessionError(backend: string, cause: unknown): Error {
  const reason = reasonOf(cause);
  const inFile =
    /INVALID_PROTOBUF|INVALID_GRAPH|Protobuf parsing failed|ModelProto|not a registered function|Type Error|opset|No graph was found/i;
  return inFile.test(reason)
    ? new ModelFormatError({ where: 'ONNX file', problem: reason }, { cause })
    : new BackendError({ backend, operation: 'load the model', reason }, { cause });
}

/** One line, without a trailing dot. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n', 1)[0]?.trim().replace(/\.$/, '') ?? '';
}
