/**
 * What a person should know although the work went on. Remarks are part of results, never a channel of their own that
 * a caller may forget to listen to: whoever shows the result shows its remarks.
 */

/** Plain JSON. */
export interface Remark {
  /** Stable name of the kind, in camelCase, for example `unusedFiles`. */
  readonly code: string;
  /** One sentence that names the files or values concerned. */
  readonly message: string;
  /** The files concerned, all of them, where the remark is about files. */
  readonly files?: readonly string[] | undefined;
  /** What to do about it, one sentence. */
  readonly fix?: string | undefined;
}
