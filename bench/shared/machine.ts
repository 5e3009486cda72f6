/** What a number was measured on: without it, it means nothing. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { env } from 'onnxruntime-node';

export interface Machine {
  readonly cpu: string;
  /** Threads that both sides may use. */
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** Processes that wanted a core in the minute before the measurement: below 1 it was quiet. 0 on Windows. */
  readonly loadBefore: number;
}

/** Call it before anything is measured. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    onnxruntime: env.versions.node ?? env.versions.common,
    loadBefore: loadavg()[0] ?? 0,
  };
}
