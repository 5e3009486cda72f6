/** Where backbones are kept on disk, by the custom of each system. */
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  readonly home: string;
}

/**
 * `ODDPIXEL_CACHE` if it is set; otherwise a folder `oddpixel/backbones` in `XDG_CACHE_HOME` or `~/.cache`, in
 * `~/Library/Caches` on macOS, in `LOCALAPPDATA` on Windows. It need not exist.
 */
export function backboneCacheFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Partial<Host> = {}): string {
  const { join, isAbsolute, resolve } = platform === 'win32' ? win32 : posix;
  const named = env['ODDPIXEL_CACHE'];
  if (named !== undefined && named !== '') return join(resolve(named), 'backbones');
  // The specification of these folders requires that a relative one is ignored.
  const given = (name: string): string | undefined => {
    const value = env[name];
    return value !== undefined && isAbsolute(value) ? value : undefined;
  };
  if (platform === 'win32') {
    return join(given('LOCALAPPDATA') ?? join(home, 'AppData', 'Local'), 'oddpixel', 'Cache', 'backbones');
  }
  const custom = platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
  return join(given('XDG_CACHE_HOME') ?? custom, 'oddpixel', 'backbones');
}
