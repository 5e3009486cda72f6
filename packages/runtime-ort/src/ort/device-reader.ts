/**
 * Reads tensors back from a device. In Node the engine's own `getData()` ends the whole process for such tensors
 * (1.30), so they go through a graph of one Identity node whose output stays on the CPU.
 */
import type { DType, HostTensor } from '@oddpixel/contract';
import { oneNodeModel } from '@oddpixel/graph/unstable';
import type { OrtSession, OrtTensor } from './engine.ts';
import { fromOrt } from './ort-tensors.ts';

export interface DeviceReader {
  read(tensor: OrtTensor): Promise<HostTensor>;
  dispose(): Promise<void>;
}

export function createReader(create: (model: Uint8Array) => Promise<OrtSession>): DeviceReader {
  const sessions = new Map<string, Promise<OrtSession>>();
  return {
    async read(tensor): Promise<HostTensor> {
      const key = `${tensor.type}/${tensor.dims.length}`;
      const opened = sessions.get(key) ?? create(identityModel(tensor.type as DType, tensor.dims.length));
      sessions.set(key, opened);
      const { y } = await (await opened).run({ x: tensor });
      if (y === undefined) throw new TypeError('an Identity graph gives one output');
      return fromOrt(y);
    },
    async dispose(): Promise<void> {
      const opened = [...sessions.values()];
      sessions.clear();
      for (const session of opened) await (await session).release();
    },
  };
}

function identityModel(dtype: DType, rank: number): Uint8Array {
  return oneNodeModel('Identity', { dtype, dims: Array.from({ length: rank }, (_, axis) => `d${axis}`) });
}
