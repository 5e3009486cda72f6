/**
 * A second Ctrl-C on a device whose engine computes on the main thread. While a graph runs there no listener of ours is
 * called, so that a run that never ends could not be ended either. A shell in the same terminal gets each Ctrl-C too: it
 * counts them, and ends this process at the second one. It ends with this process, whose end it sees at its standard
 * input. Not on Windows, where a console has other means, and not for signals that are sent to this process alone.
 */
import { spawn } from 'node:child_process';

const script = [
  'n=0',
  "trap 'n=$((n+1)); [ $n -lt 2 ] || kill -KILL $PPID' INT",
  'exec 3<&0',
  'cat <&3 >/dev/null &',
  // `wait` returns at each Ctrl-C; a background job of a script ignores it.
  'while kill -0 $! 2>/dev/null; do wait $!; done',
].join('\n');

/** Watches until this process ends. Costs nothing but the start of a shell; without one nothing is watched. */
export function watchInterrupts(): void {
  if (process.platform === 'win32') return;
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  shell.on('error', () => {});
  shell.unref();
  // A pipe is a socket of Node's.
  (shell.stdin as unknown as { unref(): void }).unref();
}
