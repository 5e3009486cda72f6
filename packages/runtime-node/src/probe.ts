/** The process behind `probeInChild`. */
import { BackendUnavailableError } from '@oddpixel/contract';
import type { DeviceDescription } from './device-description.ts';
import { openHere } from './open-device.ts';
import type { ProbeAnswer } from './probe-in-child.ts';

async function probe(device: DeviceDescription): Promise<ProbeAnswer> {
  try {
    await (await openHere(device)).dispose();
    return { works: true };
  } catch (error) {
    if (error instanceof BackendUnavailableError) return error.details;
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

process.once('message', (device: DeviceDescription) => {
  // Native code that ends with the process must not end it before the answer is out.
  void probe(device).then((answer) => process.send?.(answer, () => process.exit(0)));
});
