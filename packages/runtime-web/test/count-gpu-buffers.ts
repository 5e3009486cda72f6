/** Counts the GPU's buffers of a page, for tests and measurements. */

export interface GpuBuffers {
  readonly created: number;
  /** Made and not given back. */
  readonly alive: number;
}

/** Begins to count, before the engine starts. Without WebGPU there are none. */
export function countGpuBuffers(): () => GpuBuffers {
  let [created, alive] = [0, 0];
  const device = prototypeOf('GPUDevice') as { createBuffer(descriptor: unknown): object } | undefined;
  const buffer = prototypeOf('GPUBuffer') as { destroy(): void } | undefined;
  if (device !== undefined && buffer !== undefined) {
    // eslint-disable-next-line typescript/unbound-method -- called with their objects below
    const [{ createBuffer }, { destroy }] = [device, buffer];
    const living = new WeakSet<object>();
    device.createBuffer = function counted(descriptor): object {
      const made = createBuffer.call(this, descriptor);
      living.add(made);
      created++;
      alive++;
      return made;
    };
    buffer.destroy = function counted(): void {
      if (living.delete(this)) alive--;
      destroy.call(this);
    };
  }
  return () => ({ created, alive });
}

function prototypeOf(name: string): object | undefined {
  const type = Reflect.get(globalThis, name) as { readonly prototype: object } | undefined;
  return type?.prototype;
}
