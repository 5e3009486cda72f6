/** How much memory this process has taken at most. */
import { existsSync, readFileSync } from 'node:fs';

/** Bytes. On Linux, what `resourceUsage` reports includes the memory of the process that started this one. */
export function peakMemoryBytes(): number {
  const status = '/proc/self/status';
  const [, own] = (existsSync(status) && /VmHWM:\s*(\d+) kB/.exec(readFileSync(status, 'utf8'))) || [];
  return 1024 * (own === undefined ? process.resourceUsage().maxRSS : Number(own));
}
