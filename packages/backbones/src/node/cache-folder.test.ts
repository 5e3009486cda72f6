import { expect, test } from 'vitest';
import { backboneCacheFolder, type Host } from './cache-folder.ts';

const linux: Host = { platform: 'linux', home: '/users/ann', env: {} };
const mac: Host = { platform: 'darwin', home: '/Users/ann', env: {} };
const windows: Host = { platform: 'win32', home: String.raw`C:\Users\ann`, env: {} };

test.each<[string, Host, string]>([
  ['Linux', linux, '/users/ann/.cache/oddpixel/backbones'],
  ['Linux with XDG_CACHE_HOME', { ...linux, env: { XDG_CACHE_HOME: '/var/c' } }, '/var/c/oddpixel/backbones'],
  [
    'a relative XDG_CACHE_HOME',
    { ...linux, env: { XDG_CACHE_HOME: 'c' } },
    '/users/ann/.cache/oddpixel/backbones',
  ],
  ['macOS', mac, '/Users/ann/Library/Caches/oddpixel/backbones'],
  ['Windows', windows, String.raw`C:\Users\ann\AppData\Local\oddpixel\Cache\backbones`],
  [
    'Windows with LOCALAPPDATA',
    { ...windows, env: { LOCALAPPDATA: String.raw`D:\Local` } },
    String.raw`D:\Local\oddpixel\Cache\backbones`,
  ],
  [
    'ODDPIXEL_CACHE',
    { ...linux, env: { ODDPIXEL_CACHE: '/data/c', XDG_CACHE_HOME: '/x' } },
    '/data/c/backbones',
  ],
])('the folder for backbones: %s', (_name, host, folder) => {
  expect(backboneCacheFolder(host)).toBe(folder);
});
