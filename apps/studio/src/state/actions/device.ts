/** Choosing the device that computes. */
import type { DeviceChoice } from '../../protocol.ts';
import * as studio from '../studio.ts';
import { worker } from '../worker.ts';

export async function chooseDevice(choice: DeviceChoice): Promise<void> {
  studio.deviceChoice.value = choice;
  studio.device.value = undefined;
  studio.deviceProblem.value = undefined;
  try {
    studio.device.value = await worker().call('open', { device: choice });
  } catch (error) {
    studio.deviceProblem.value = error instanceof Error ? error.message : String(error);
  }
}
