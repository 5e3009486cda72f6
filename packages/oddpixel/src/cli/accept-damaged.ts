/** The option that takes damaged images, which are refused without it. */
import { join } from 'node:path';
import { Option } from 'commander';

export interface AcceptDamaged {
  readonly acceptDamaged?: boolean | undefined;
}

export function acceptDamagedOption(): Option {
  return new Option(
    '--accept-damaged',
    'use the readable part of damaged or truncated images, with a warning (by default they are errors)',
  );
}

/** A folder of its own for what was made with this option, so that a later run without it refuses the same files. */
export function cacheFolder(cache: string, { acceptDamaged }: AcceptDamaged): string {
  return acceptDamaged === true ? join(cache, 'accept-damaged') : cache;
}
