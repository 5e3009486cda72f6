/** What systems and people leave beside images: one list for everything that walks folders. */

/** Folders that systems put beside people's files, in lower case: previews, waste, resource forks. */
const clutterFolders: readonly string[] = [
  '@eadir',
  '__macosx',
  '#recycle',
  '$recycle.bin',
  'lost+found',
  'system volume information',
];

const clutterFiles: readonly string[] = ['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r'];

/** Why a file or folder of this name is left out; `undefined` for every other name. */
export function clutterReason(name: string, isFolder: boolean): string | undefined {
  const lower = name.toLowerCase();
  if (name.startsWith('.')) return `it is a hidden ${isFolder ? 'folder' : 'file'}`;
  if (isFolder)
    return clutterFolders.includes(lower) ? 'operating systems leave such folders behind' : undefined;
  if (clutterFiles.includes(lower)) return 'operating systems leave such files behind';
  return undefined;
}
