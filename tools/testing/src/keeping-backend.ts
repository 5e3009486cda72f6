/**
 * A backend that pretends to have a device: outputs named in `keepOnDevice` come back as handles, which count how
 * many of them are alive and how often one was read. Around any backend that has none.
 */
import {
  DisposedError,
  isHostTensor,
  type Backend,
  type DeviceTensor,
  type HostTensor,
  type Tensor,
} from '@oddpixel/contract';

export interface KeepingBackend extends Backend {
  /** Device tensors that were made and not disposed. */
  readonly alive: number;
  /** Copies to the host so far. */
  readonly reads: number;
  /** Bytes that runs took from the host so far. */
  readonly uploadedBytes: number;
}

export function keepingBackend(inner: Backend): KeepingBackend {
  const contents = new WeakMap<DeviceTensor, HostTensor>();
  let alive = 0;
  let reads = 0;
  let uploadedBytes = 0;

  const keep = (tensor: HostTensor): DeviceTensor => {
    let disposed = false;
    const content = (): HostTensor => {
      if (disposed) throw new DisposedError({ what: 'A device tensor' });
      return tensor;
    };
    const handle: DeviceTensor = {
      location: 'pretended',
      dtype: tensor.dtype,
      dims: tensor.dims,
      async read() {
        reads++;
        return content();
      },
      dispose() {
        if (!disposed) alive--;
        disposed = true;
        contents.delete(handle);
      },
    };
    alive++;
    contents.set(handle, tensor);
    return handle;
  };
  const unwrap = (tensor: Tensor): HostTensor => {
    if (isHostTensor(tensor)) {
      uploadedBytes += tensor.data.byteLength;
      return tensor;
    }
    const content = contents.get(tensor);
    if (content === undefined) throw new DisposedError({ what: 'A device tensor' });
    return content;
  };

  return {
    name: 'test:keeping',
    capabilities: { ...inner.capabilities, keepOnDevice: true },
    async createSession(model, { keepOnDevice = [] } = {}) {
      const session = await inner.createSession(model);
      return {
        ...session,
        async run(feeds, options) {
          const given = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, unwrap(t)]));
          const outputs = (await session.run(given, options)) as Record<string, HostTensor>;
          return Object.fromEntries(
            Object.entries(outputs).map(([name, tensor]): [string, Tensor] => [
              name,
              keepOnDevice.includes(name) ? keep(tensor) : tensor,
            ]),
          );
        },
        dispose: () => session.dispose(),
      };
    },
    dispose: () => inner.dispose(),
    get alive() {
      return alive;
    },
    get reads() {
      return reads;
    },
    get uploadedBytes() {
      return uploadedBytes;
    },
  };
}
