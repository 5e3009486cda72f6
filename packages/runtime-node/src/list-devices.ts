/** What this machine can compute on. */
import { BackendUnavailableError, type BackendCapabilities } from '@oddpixel/contract';
import { coreml, cpu, cuda, dml, webgpu } from './backends.ts';

export interface DeviceInfo {
  /** Name of the backend, for example `ort-node:cpu`. */
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available. */
  readonly reason?: string;
  readonly capabilities?: BackendCapabilities;
}

/** Opens every kind of device once: what is built in does not always work. */
export async function listDevices(): Promise<DeviceInfo[]> {
  const devices: DeviceInfo[] = [];
  for (const factory of [cpu(), cuda(), webgpu(), dml(), coreml()]) {
    try {
      const backend = await factory.open();
      devices.push({ name: factory.name, available: true, capabilities: backend.capabilities });
      await backend.dispose();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      const { reason, fix } = error.details;
      devices.push({
        name: factory.name,
        available: false,
        reason: fix === undefined ? reason : `${reason}. ${fix}`,
      });
    }
  }
  return devices;
}
