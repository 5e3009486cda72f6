/**
 * The one door to ONNX Runtime's native engine. It is loaded when a backend opens, never by importing this package;
 * and only once its telemetry is off, which by default leaves a device id and a queue of events about every model in
 * the user's home and sends them. The engine reads the switch from the real environment of the process when its first
 * session is made.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type * as engine from 'onnxruntime-node';
import { reasonOf } from '@oddpixel/runtime-ort/unstable';
import { BackendUnavailableError } from '@oddpixel/contract';

const variable = 'ORT_DISABLE_TELEMETRY';
/** Tells workers that are started later that the main thread has set the variable. */
const announced = 'oddpixel:engine-telemetry-off';

/**
 * Switches the engine's telemetry off for the whole process. Backends do so themselves when they open. Call it in the
 * main thread only if a worker thread of your own, started without `env: SHARE_ENV`, is the first to open a backend:
 * environment variables set in such a worker do not reach the engine.
 */
export function disableEngineTelemetry(): void {
  process.env[variable] = '1';
  if (isMainThread) setEnvironmentData(announced, true);
}

/**
 * The engine, with its telemetry off.
 *
 * @param backend name of the backend that needs it, for errors.
 * @throws BackendUnavailableError when it cannot be loaded, or its telemetry cannot be switched off from this thread.
 */
export async function loadEngine(backend: string): Promise<typeof engine> {
  const wasOff = isOff();
  disableEngineTelemetry();
  if (!isOff()) {
    throw new BackendUnavailableError({
      backend,
      reason: `the engine's telemetry cannot be switched off from a worker thread that has a copy of the environment`,
      fix: `Call disableEngineTelemetry() of @oddpixel/runtime-node in the main thread before the worker opens a backend, start the program with ${variable}=1, or start the worker with env: SHARE_ENV.`,
    });
  }
  if (!wasOff && isReporting()) {
    throw new BackendUnavailableError({
      backend,
      reason:
        'the engine was used before in this process with its telemetry on, which would report your model',
      fix: `Call disableEngineTelemetry() of @oddpixel/runtime-node before the first session of onnxruntime-node, or start the program with ${variable}=1.`,
    });
  }
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new BackendUnavailableError(
      {
        backend,
        reason: `the native engine of onnxruntime-node cannot be loaded (${reasonOf(cause)})`,
        fix: 'If another version of onnxruntime-node or onnxruntime is loaded in this process, use the same version; otherwise install onnxruntime-node again for this platform.',
      },
      { cause },
    );
  }
}

/** Whether native code sees the switch. */
function isOff(): boolean {
  if (isMainThread) return isSet(process.env[variable]);
  if (getEnvironmentData(announced) === true) return true;
  // The environment of a worker may be a copy; a report holds the real one.
  const { report } = process as { report?: NodeJS.ProcessReport & { excludeNetwork?: boolean } };
  if (report === undefined) return false;
  const { excludeNetwork } = report;
  // Otherwise it would look up the names of connected machines.
  report.excludeNetwork = true;
  const { environmentVariables } = report.getReport() as { environmentVariables?: Record<string, string> };
  if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  return isSet(environmentVariables?.[variable]);
}

/** The engine takes any other value, `0` among them, for "on". */
function isSet(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes)$/.test(value);
}

/** Whether the engine has its queue of events open. Known on Linux only. */
function isReporting(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).endsWith('/.onnxruntime/onnxruntime.db');
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
