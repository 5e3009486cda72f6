/** A FileSource over any tree of folders: what a file list, a drop and a directory handle have in common. */
import {
  defaultImageLimits,
  FileError,
  LimitExceededError,
  type FileEntry,
  type FileSource,
} from '@oddpixel/contract';
import { fileError } from './file-errors.ts';

export interface TreeFile {
  readonly kind: 'file';
  /** Present if it is known without opening the file. */
  readonly sizeBytes?: number;
  open(): Promise<Blob>;
}

export interface TreeFolder {
  readonly kind: 'directory';
  /** All children by name. */
  children(): Promise<ReadonlyMap<string, TreeNode>>;
}

export type TreeNode = TreeFile | TreeFolder;

export function treeSource(name: string, root: TreeFolder): FileSource {
  const full = (path: string): string => (path === '' ? name : `${name}/${path}`);

  async function locate(path: string, operation: 'read' | 'list'): Promise<TreeNode> {
    let node: TreeNode = root;
    for (const part of path.split('/').filter((segment) => segment !== '' && segment !== '.')) {
      if (part === '..') {
        throw new FileError({
          path: full(path),
          operation,
          reason: `\`..\` may lead out of ${name}`,
          fix: 'Use paths below the root of the data set.',
        });
      }
      const children: ReadonlyMap<string, TreeNode> =
        node.kind === 'directory' ? await childrenOf(node, path, operation) : new Map();
      const child = children.get(part);
      if (child === undefined) throw fileError(full(path), operation, new DOMException('', 'NotFoundError'));
      node = child;
    }
    return node;
  }

  async function childrenOf(
    folder: TreeFolder,
    path: string,
    operation: 'read' | 'list',
  ): Promise<ReadonlyMap<string, TreeNode>> {
    try {
      return await folder.children();
    } catch (cause) {
      throw fileError(full(path), operation, cause);
    }
  }

  return {
    name,
    async *list(path): AsyncGenerator<FileEntry, void, undefined> {
      const folder = await locate(path, 'list');
      if (folder.kind === 'file') {
        throw fileError(full(path), 'list', new DOMException('', 'TypeMismatchError'));
      }
      const children = await childrenOf(folder, path, 'list');
      const prefix = path === '' || path === '.' ? '' : `${path}/`;
      for (const child of [...children.keys()].sort()) {
        const node = children.get(child) as TreeNode;
        yield {
          path: prefix + child,
          kind: node.kind,
          sizeBytes: node.kind === 'file' ? node.sizeBytes : undefined,
        };
      }
    },
    async read(
      path,
      { maxBytes = defaultImageLimits.maxFileBytes, limitName = 'maxBytes' } = {},
    ): Promise<Uint8Array> {
      const file = await locate(path, 'read');
      try {
        if (file.kind === 'directory') throw new DOMException('', 'TypeMismatchError');
        const blob = await file.open();
        if (blob.size > maxBytes) {
          throw new LimitExceededError({
            what: full(path),
            limit: maxBytes,
            received: blob.size,
            unit: 'bytes',
            fix: `Raise \`${limitName}\` if the file is trusted.`,
          });
        }
        return new Uint8Array(await blob.arrayBuffer());
      } catch (cause) {
        if (cause instanceof LimitExceededError) throw cause;
        throw fileError(full(path), 'read', cause);
      }
    },
  };
}
