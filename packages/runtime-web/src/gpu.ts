/** The part of WebGPU that this package uses. The browser's own objects fit these types, and so do those of `@webgpu/types`. */

/** A `GPUDevice`. */
export interface GpuDevice {
  readonly limits: object;
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  destroy(): void;
}

interface GpuAdapter {
  readonly features: ReadonlySet<string>;
  readonly limits: object;
  requestDevice(descriptor: {
    readonly requiredFeatures: readonly string[];
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<GpuDevice>;
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference?: PowerPreference }): Promise<GpuAdapter | null>;
}

/** Which GPU, if there are several. */
export type PowerPreference = 'low-power' | 'high-performance';

/** Asked for as large as the device allows: the defaults are those of the smallest phones. */
const limits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
] as const;

/** Requested if they are available: the engine has faster kernels for them. */
const features = ['shader-f16', 'subgroups'];

/** @throws Error with the reason, one line */
export async function requestDevice(powerPreference: PowerPreference | undefined): Promise<GpuDevice> {
  const gpu: Gpu | undefined = Reflect.get(navigator, 'gpu');
  if (gpu === undefined) {
    throw new Error(
      globalThis.isSecureContext
        ? 'this browser has no WebGPU'
        : 'WebGPU needs a secure page (https, or localhost)',
    );
  }
  const adapter = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (adapter === null) throw new Error('the browser gives no GPU adapter');
  return adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(
      limits.flatMap((name) => {
        const value = limitOf(adapter, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  });
}

/** Largest size of one binding, in bytes. */
export function maxBindingBytes(device: GpuDevice): number {
  return limitOf(device, 'maxStorageBufferBindingSize') ?? 2 ** 27;
}

function limitOf(holder: { readonly limits: object }, name: string): number | undefined {
  const value: unknown = Reflect.get(holder.limits, name);
  return typeof value === 'number' ? value : undefined;
}
