/** Paths inside a data set: relative, with `/`, never leaving the root. No host API. */

/** File name extensions that count as images, in lower case. */
export const imageExtensions: readonly string[] = [
  'png',
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'webp',
  'tif',
  'tiff',
  'bmp',
  'gif',
  'avif',
  'pgm',
  'ppm',
  'pbm',
  'pnm',
  'pam',
];

/** `a` and `b/c` → `a/b/c`; empty parts vanish. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

/** `a/b/c.png` → `a/b`; `''` for a name without folder. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** `a/b/c.png` → `c.png`. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `a/b/c.old.png` → `c.old`: the name without folder and extension. */
export function baseNameOf(path: string): string {
  const name = fileNameOf(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** True for files that are decoded as images. Hidden files, such as macOS's `._photo.jpg`, are not. */
export function isImageFile(path: string): boolean {
  const name = fileNameOf(path);
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return !name.startsWith('.') && name.includes('.') && imageExtensions.includes(extension);
}

/**
 * A path as people write it, in the form used here: `\` becomes `/`, `./` vanishes.
 *
 * @returns `undefined` for what is no path below a root: empty, absolute, a drive, a way up (`..`), or with NUL.
 */
export function normalizeRelativePath(text: string): string | undefined {
  const path = text.replaceAll('\\', '/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\0')) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

/** As `normalizeRelativePath`, for a folder: `''` and `.` are the root. */
export function normalizeFolder(text: string): string | undefined {
  return /^(\.[/\\]?)?$/.test(text) ? '' : normalizeRelativePath(text);
}

/** Order by UTF-16 code units: the same on every machine and in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
