/** One job at a time in the worker. */
import { say, sayError } from '../messages.ts';
import * as studio from '../studio.ts';

/** Runs one job at a time; a second one does not wait, it is refused. */
export async function work(
  what: studio.Busy['what'],
  job: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  if (studio.busy.value !== undefined) return false;
  const controller = new AbortController();
  studio.busy.value = { what, done: 0, total: 0, cancel: () => controller.abort() };
  try {
    await job(controller.signal);
    return true;
  } catch (error) {
    if (controller.signal.aborted) say('info', 'Stopped. Nothing was lost.');
    else sayError(error);
    return false;
  } finally {
    studio.busy.value = undefined;
  }
}

export function progressed(done: number, total: number, phase?: string): void {
  const { busy } = studio;
  if (busy.value) busy.value = { ...busy.value, done, total, phase: phase ?? busy.value.phase };
}
