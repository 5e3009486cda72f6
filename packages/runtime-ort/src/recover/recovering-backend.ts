/**
 * A backend that survives the loss of its device, or of the worker that it is in. Browsers take GPUs away: a driver
 * restarts, a laptop changes cards, a tab uses too much memory. The next run asks for a device of the same kind and loads
 * its model there again; only tensors that were kept on the lost device are gone. Never another kind of device.
 */
import {
  BackendError,
  DisposedError,
  isHostTensor,
  type Backend,
  type DeviceTensor,
  type RunOptions,
  type Session,
  type SessionOptions,
  type Tensor,
} from '@oddpixel/contract';

/** A backend, and the news of its end. */
export interface MortalBackend {
  readonly backend: Backend;
  /** Resolves with the reason when the device is gone. */
  readonly lost: Promise<string>;
}

export interface RecoveringBackendOptions {
  /** Called at the beginning and after each loss. */
  readonly open: () => Promise<MortalBackend>;
  /** Called after each loss, for a notice to the user. */
  readonly onLost?: ((reason: string) => void) | undefined;
}

interface Device {
  readonly backend: Backend;
  /** Why it is gone. */
  lost?: string;
}

type Feeds = Readonly<Record<string, Tensor>>;
type Outputs = Record<string, Tensor>;

/** @throws what `open` throws. */
export async function recoveringBackend({ open, onLost }: RecoveringBackendOptions): Promise<Backend> {
  let disposed = false;
  const openDevice = async (): Promise<Device> => {
    const { backend, lost } = await open();
    const device: Device = { backend };
    void lost.then((reason) => {
      device.lost = reason;
      if (!disposed) onLost?.(reason);
    });
    return device;
  };
  const kept: Kept = new WeakMap();
  const first = await openDevice();
  const { name, capabilities } = first.backend;
  let current = Promise.resolve(first);

  /** The device, or another one if it is lost. */
  async function living(): Promise<Device> {
    const before = current;
    const device = await before;
    if (device.lost === undefined || disposed) return device;
    if (current === before) {
      current = openDevice().catch((cause: unknown) => {
        // The next run tries again.
        current = before;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new BackendError({ backend: name, operation: 'get its device back', reason }, { cause });
      });
    }
    return current;
  }

  return {
    name,
    capabilities,
    async createSession(model, options = {}): Promise<Session> {
      if (disposed) throw new DisposedError({ what: `Backend \`${name}\`` });
      return recoveringSession(living, kept, model.slice(), options);
    },
    async dispose(): Promise<void> {
      disposed = true;
      await (await current.catch(() => first)).backend.dispose();
    },
  };
}

/** Which device each kept tensor is on. */
type Kept = WeakMap<DeviceTensor, Device>;

async function recoveringSession(
  living: () => Promise<Device>,
  kept: Kept,
  model: Uint8Array,
  options: SessionOptions,
): Promise<Session> {
  const loadOn = (device: Device): { device: Device; session: Promise<Session> } => ({
    device,
    session: device.backend.createSession(model, options),
  });
  let loaded = loadOn(await living());
  const { inputs, outputs } = await loaded.session;

  async function runOnce(device: Device, feeds: Feeds, runOptions?: RunOptions): Promise<Outputs> {
    checkHomes(device, feeds, kept);
    if (loaded.device !== device) loaded = loadOn(device);
    const mine = loaded;
    const session = await mine.session.catch((error: unknown) => {
      // A model that could not be loaded is loaded again by the next run.
      if (loaded === mine) loaded = { ...mine, device: { backend: device.backend } };
      throw error;
    });
    const results = await session.run(feeds, runOptions);
    for (const tensor of Object.values(results)) if (!isHostTensor(tensor)) kept.set(tensor, device);
    return results;
  }

  async function run(feeds: Feeds, runOptions?: RunOptions): Promise<Outputs> {
    const device = await living();
    try {
      return await runOnce(device, feeds, runOptions);
    } catch (error) {
      const fromHost = Object.values(feeds).every((tensor) => isHostTensor(tensor));
      if (device.lost === undefined || !fromHost) throw error;
      return runOnce(await living(), feeds, runOptions);
    }
  }

  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  return {
    inputs,
    outputs,
    run(feeds, runOptions): Promise<Outputs> {
      if (closing !== undefined) return Promise.reject(new DisposedError({ what: 'A session' }));
      const result = run(feeds, runOptions);
      running.add(result);
      void Promise.allSettled([result]).then(() => running.delete(result));
      return result;
    },
    dispose(): Promise<void> {
      closing ??= Promise.allSettled(running).then(async () => {
        await (await loaded.session.catch(() => undefined))?.dispose();
      });
      return closing;
    },
  };
}

/** @throws BackendError for tensors that went with a device. */
function checkHomes(device: Device, feeds: Feeds, kept: Kept): void {
  for (const [input, tensor] of Object.entries(feeds)) {
    const home = isHostTensor(tensor) ? undefined : kept.get(tensor);
    if (home === undefined || home === device) continue;
    throw new BackendError({
      backend: device.backend.name,
      operation: 'run the graph',
      reason: `the tensor for \`${input}\` was on the device that was lost (${home.lost ?? 'disposed'})`,
      fix: 'Start again from tensors on the host.',
    });
  }
}
