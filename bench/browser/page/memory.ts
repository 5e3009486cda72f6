/** Frame after frame: does the page keep anything? */
import { countGpuBuffers, type GpuBuffers } from '../../../packages/runtime-web/test/count-gpu-buffers.ts';
import {
  checkResult,
  draw,
  inspectOne,
  openBackend,
  openSubject,
  type Device,
  type Place,
} from './subject.ts';

export interface OpenedFrames {
  /** Inspects and draws. */
  show(count: number): Promise<GpuBuffers>;
  dispose(): Promise<void>;
}

export async function openFrames(
  model: string,
  images: readonly string[],
  device: Device,
  place: Place,
): Promise<OpenedFrames> {
  const buffers = countGpuBuffers();
  const backend = await openBackend(device, place);
  const subject = await openSubject(model, images, backend);
  return {
    async show(count) {
      for (let i = 0; i < count; i++) {
        const result = await inspectOne(subject);
        checkResult(result);
        draw(subject, result);
      }
      return buffers();
    },
    async dispose() {
      await subject.inspector.dispose();
      await backend.dispose();
    },
  };
}
