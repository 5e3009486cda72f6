/** Decodes a file in a process of its own, which then says how much memory it took at most, in bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { sharpCodec } from '../sharp-codec.ts';

const [, , path, maxDecodedBytes] = process.argv as [string, string, string, string];
const limits = {
  maxFileBytes: 2 ** 28,
  maxPixels: 200_000_000,
  maxDecodedBytes: Number(maxDecodedBytes),
};
const outcome = await sharpCodec()
  .decode(await readFile(path), { limits })
  .then(
    ({ width, height }) => `${width}×${height}`,
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
process.stdout.write(JSON.stringify({ outcome, peak: 1024 * peakKilobytes() }));

/** On Linux, what `resourceUsage` tells includes the memory of the process that started this one. */
function peakKilobytes(): number {
  const status = '/proc/self/status';
  const [, own] = (existsSync(status) && /VmHWM:\s*(\d+) kB/.exec(readFileSync(status, 'utf8'))) || [];
  return own === undefined ? process.resourceUsage().maxRSS : Number(own);
}
