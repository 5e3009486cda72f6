/** Where bytes come from and go to, without naming a host. Paths are relative to the source's root and use `/`. */

export interface FileEntry {
  /** Path relative to the source's root, with `/`. */
  readonly path: string;
  /** `unusable`: something is there that can be neither read nor listed; `reason` is why. Never left out. */
  readonly kind: 'file' | 'directory' | 'unusable';
  /** Known for files if the host knows it cheaply. */
  readonly sizeBytes?: number | undefined;
  /** For `unusable`: why, as part of a sentence, for example `it is a link that leads nowhere`. */
  readonly reason?: string | undefined;
  /** True if a link leads to the file or folder. */
  readonly isLink?: boolean | undefined;
}

/** How much may be read. */
export interface ReadOptions {
  /** Larger files are refused before they are read. */
  readonly maxBytes?: number | undefined;
  /** What sets that limit, for the error message: a flag or an option. Default `maxBytes`. */
  readonly limitName?: string | undefined;
}

/** Read access to a tree of files: a folder, a zip, a drop of files on a page. */
export interface FileSource {
  /** Names the source in messages. */
  readonly name: string;
  /** The direct children of a folder (`''` is the root), sorted by path. @throws FileError */
  list(path: string): AsyncIterable<FileEntry>;
  /**
   * Reads a whole file, of at most `maxBytes` if given. Only regular files: pipes and devices are refused.
   *
   * @throws FileError, LimitExceededError
   */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * The first `byteCount` bytes of a file, or all of a shorter one. Sources that can read a part of a file offer it:
   * without it, files are distinguished by their names alone. @throws FileError
   */
  readHead?(path: string, byteCount: number): Promise<Uint8Array>;
  /**
   * A text that is the same for every path that leads to one folder, by links too. Sources that have links offer it:
   * it ends loops of links. @throws FileError
   */
  identify?(path: string): Promise<string>;
}

/** Keyed bytes that outlive a process. */
export interface Store {
  /** `undefined` if nothing is stored under the key. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Atomic: a reader sees the old bytes or the new ones, also with two writers or after a crash. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** No error if the key is absent. */
  delete(key: string): Promise<void>;
}
