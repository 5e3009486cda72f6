/** Files that a person gives to a page: chosen, dropped, or a folder that the page may read. */
import { ParameterError, type FileSource } from '@oddpixel/contract';
import { treeSource, type TreeFile, type TreeFolder, type TreeNode } from './tree-source.ts';

/**
 * The files of `<input type="file">`, with `webkitdirectory` as the tree that they lie in: the chosen folder is the
 * root. Files without a folder lie side by side.
 *
 * @throws ParameterError if two files have the same path
 */
export function fileListSource(files: FileList | readonly File[]): FileSource {
  const paths = Array.from(files, (file) => ({
    file,
    parts: (file.webkitRelativePath || file.name).split('/'),
  }));
  const [top] = paths[0]?.parts ?? [];
  // A chosen folder is the first part of every path.
  const isOneFolder = paths.length > 0 && paths.every(({ parts }) => parts.length > 1 && parts[0] === top);
  const root: Folder = new Map();
  for (const { file, parts } of paths) {
    const folders = parts.slice(isOneFolder ? 1 : 0, -1);
    const name = parts.at(-1) as string;
    let folder = root;
    for (const part of folders) {
      const next = folder.get(part) ?? new Map<string, Folder | File>();
      if (next instanceof File) throw samePath(parts);
      folder.set(part, next);
      folder = next;
    }
    if (folder.has(name)) throw samePath(parts);
    folder.set(name, file);
  }
  return treeSource(isOneFolder ? (top as string) : 'the chosen files', folderOf(root));
}

type Folder = Map<string, Folder | File>;

function samePath(parts: readonly string[]): ParameterError {
  return new ParameterError({
    name: 'files',
    expected: 'each path once',
    received: `${parts.join('/')} twice`,
  });
}

function folderOf(folder: Folder): TreeFolder {
  return {
    kind: 'directory',
    children: async () =>
      new Map(
        Array.from(
          folder,
          ([name, node]) => [name, node instanceof File ? fileOf(node) : folderOf(node)] as const,
        ),
      ),
  };
}

function fileOf(file: File): TreeFile {
  return { kind: 'file', sizeBytes: file.size, open: async () => file };
}

/**
 * What was dropped on a page. One folder is the root itself; several things lie side by side. Call it in the event's
 * handler, before anything is awaited: afterwards the browser forgets what was dropped.
 */
export function droppedSource({ items }: DataTransfer): FileSource {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && isFolder(first)) {
    return treeSource(first.name, entryNode(first) as TreeFolder);
  }
  const children = new Map(entries.map((entry) => [entry.name, entryNode(entry)]));
  return treeSource('the dropped files', { kind: 'directory', children: async () => children });
}

function entryNode(entry: FileSystemEntry): TreeNode {
  if (!isFolder(entry)) {
    const open = (): Promise<File> =>
      new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return { kind: 'file', open };
  }
  return {
    kind: 'directory',
    async children(): Promise<ReadonlyMap<string, TreeNode>> {
      const nodes = new Map<string, TreeNode>();
      const reader = entry.createReader();
      // Given out in parts, 100 at a time in Chromium; an empty part is the last.
      for (;;) {
        const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
          reader.readEntries(resolve, reject),
        );
        if (part.length === 0) return nodes;
        for (const child of part) nodes.set(child.name, entryNode(child));
      }
    },
  };
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** A folder that a page may read: of `showDirectoryPicker()`, or of the browser's own storage. */
export function directorySource(handle: FileSystemDirectoryHandle): FileSource {
  return treeSource(handle.name || 'storage', handleNode(handle) as TreeFolder);
}

function handleNode(handle: FileSystemHandle): TreeNode {
  if (handle.kind === 'file') {
    return { kind: 'file', open: () => (handle as FileSystemFileHandle).getFile() };
  }
  return {
    kind: 'directory',
    async children(): Promise<ReadonlyMap<string, TreeNode>> {
      const nodes = new Map<string, TreeNode>();
      for await (const [name, child] of (handle as FileSystemDirectoryHandle).entries()) {
        nodes.set(name, handleNode(child));
      }
      return nodes;
    },
  };
}
