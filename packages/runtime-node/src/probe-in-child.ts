/**
 * Tries a device in a process of its own. Drivers and loaders print what they miss to the console, and some end the
 * process: neither may happen to a program that only asks whether there is a GPU.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BackendUnavailableError } from '@oddpixel/contract';
import { builtFile } from './built-file.ts';
import type { DeviceDescription } from './device-description.ts';
import { disableEngineTelemetry } from './engine.ts';

/** What the child says. */
export type ProbeAnswer =
  { readonly works: true } | { readonly reason: string; readonly fix?: string | undefined };

/** @throws BackendUnavailableError when the device does not work there. */
export async function probeInChild(device: DeviceDescription, signal?: AbortSignal): Promise<void> {
  const path = fileURLToPath(builtFile('probe.js'));
  // A bundle of one file has no probe: what follows tells the same, if not as quietly.
  if (!existsSync(path)) return;
  disableEngineTelemetry();
  const answer = await ask(path, device, signal);
  signal?.throwIfAborted();
  if ('reason' in answer) throw new BackendUnavailableError({ backend: device.name, ...answer });
}

function ask(path: string, device: DeviceDescription, signal?: AbortSignal): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const child = fork(path, {
      // Flags of this process, such as loaders, are not meant for it.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A driver that is only tried keeps no cache in the home.
      env: { ...process.env, MESA_SHADER_CACHE_DISABLE: 'true' },
      signal,
    });
    let printed = '';
    child.stderr?.on('data', (text: Buffer) => (printed = (printed + text.toString()).slice(-2000)));
    child.once('message', (answer: ProbeAnswer) => resolve(answer));
    child.on('error', (cause) => resolve({ reason: `it could not be tried (${cause.message})` }));
    child.once('close', (code, endedBy) => {
      const last = printed.trim().split('\n').at(-1);
      const how = endedBy === null ? `with code ${code}` : `by ${endedBy}`;
      const reason = `the process that tried it ended ${how}${last === undefined || last === '' ? '' : `: ${last}`}`;
      resolve({ reason, fix: 'Update the driver, or use another device.' });
    });
    child.send(device);
  });
}
