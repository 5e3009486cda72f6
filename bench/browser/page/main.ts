/** What runs in the browser. */
import type { GpuBuffers } from '../../../packages/runtime-web/test/count-gpu-buffers.ts';
import { openFrames, type OpenedFrames } from './memory.ts';
import { frameParts } from './overhead.ts';
import type { Device, Place } from './subject.ts';
import { openSides, type OpenedSides } from './throughput.ts';

let sides: OpenedSides | undefined;
let frames: OpenedFrames | undefined;

function opened<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing was opened');
  return value;
}

const bench = {
  frameParts,
  async openSides(model: string, images: readonly string[]): Promise<{ names: string[]; threads: number }> {
    sides = await openSides(model, images);
    return { names: Object.keys(sides.sides), threads: sides.threads };
  },
  measure(name: string, count: number): Promise<number> {
    return opened(opened(sides).sides[name])(count);
  },
  async openFrames(model: string, images: readonly string[], device: Device, place: Place): Promise<void> {
    frames = await openFrames(model, images, device, place);
  },
  showFrames: (count: number): Promise<GpuBuffers> => opened(frames).show(count),
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
