/** What lies below a folder on disk: images, and everything else with the reason why it is none. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '@oddpixel/model-core/contract';
import { isImageFile } from '@oddpixel/dataset';

export interface WalkedEntry {
  readonly path: string;
  /** `unusable`: something is there, but cannot be looked at. */
  readonly kind: 'skipped' | 'unusable';
  /** A sentence without its subject: `it is a link that leads nowhere`. */
  readonly reason: string;
}

export interface Walked {
  /** Sorted paths below the folder, with `/`. */
  readonly images: readonly string[];
  readonly others: readonly WalkedEntry[];
}

/** Folders that systems put beside people's files, in lower case. */
const clutter: readonly string[] = [
  '@eadir',
  '__macosx',
  '#recycle',
  '$recycle.bin',
  'lost+found',
  'system volume information',
];
const maskFolders: readonly string[] = ['ground_truth', 'masks', 'mask'];

/** Walks a folder; a folder that several links lead to is walked once, so that loops end. @throws FileError */
export async function walkImages(root: string): Promise<Walked> {
  const images: string[] = [];
  const others: WalkedEntry[] = [];
  const visited = new Map<string, string>();
  const links: string[] = [];
  const leave = (path: string, kind: WalkedEntry['kind'], reason: string): void => {
    others.push({ path, kind, reason });
  };
  const visit = async (folder: string): Promise<void> => {
    let names: Buffer[];
    try {
      const identity = await realpath(join(root, folder));
      const earlier = visited.get(identity);
      if (earlier !== undefined) {
        return leave(
          folder,
          'skipped',
          `it leads to ${earlier || 'the folder itself'}, which is listed already`,
        );
      }
      visited.set(identity, folder);
      names = await readdir(join(root, folder), { encoding: 'buffer' });
    } catch (cause) {
      const reason = `it cannot be listed: ${messageOf(cause)}`;
      if (folder !== '') return leave(folder, 'unusable', reason);
      throw new FileError({ path: root, operation: 'list', reason: messageOf(cause) }, { cause });
    }
    const folders: string[] = [];
    for (const bytes of names.sort((a, b) => Buffer.compare(a, b))) {
      const name = bytes.toString('utf8');
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!Buffer.from(name).equals(bytes)) {
        leave(path.replaceAll('\ufffd', '?'), 'unusable', 'its name is not UTF-8 text');
        continue;
      }
      const kind = await kindOf(join(root, path));
      if (name.startsWith('.')) leave(path, 'skipped', 'it is hidden');
      else if (kind === 'folder' || kind === 'link to a folder') {
        if (clutter.includes(name.toLowerCase())) leave(path, 'skipped', 'systems leave such folders behind');
        else if (maskFolders.includes(name.toLowerCase())) {
          leave(path, 'skipped', 'it is a folder of masks by its name');
        } else (kind === 'folder' ? folders : links).push(path);
      } else if (kind !== 'file') leave(path, 'unusable', kind);
      else if (isImageFile(name)) images.push(path);
      else leave(path, 'skipped', 'its name is not that of an image');
    }
    for (const child of folders) await visit(child);
  };
  await visit('');
  for (let link = links.shift(); link !== undefined; link = links.shift()) await visit(link);
  return { images: images.sort((a, b) => (a < b ? -1 : 1)), others };
}

/** `file`, `folder`, `link to a folder`, or why it is none of them. */
async function kindOf(path: string): Promise<string> {
  try {
    const information = await stat(path);
    if (information.isFile()) return 'file';
    if (!information.isDirectory()) return 'it is a pipe, a socket or a device, not a file';
    return (await lstat(path)).isSymbolicLink() ? 'link to a folder' : 'folder';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'it is a link that leads nowhere';
    return code === 'ELOOP' ? 'it is a link that leads to itself' : messageOf(cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
