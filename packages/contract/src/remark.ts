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
  /** The files concerned, all of them, if the remark is about files. */
  readonly files?: readonly string[] | undefined;
  /** What to do about it, one sentence. */
  readonly fix?: string | undefined;
}

/** A remark on files that does not name them yet: `text` alone, such as `the colour profile is ignored`. */
export interface FileRemark {
  readonly code: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly fix?: string | undefined;
}

const namedFiles = 3;

/** A remark whose message names the first files and counts the others. */
export function remarkOnFiles({ code, text, files, fix }: FileRemark): Remark {
  return { code, message: `${prefixOf(files)}${text}`, files, fix };
}

/**
 * Equal remarks on different files become one on all of them, in the place of the first. A file counts once.
 * 200 images whose colour profile is ignored are one remark with 200 files.
 */
export function mergeRemarks(remarks: Iterable<Remark>): Remark[] {
  const merged = new Map<string, Remark | { readonly remark: FileRemark; readonly files: Set<string> }>();
  for (const remark of remarks) {
    const { code, message, files, fix } = remark;
    const prefix = files === undefined ? '' : prefixOf(files);
    // A message that names its files in another way is nobody's text with other files.
    const text = message.startsWith(prefix) ? message.slice(prefix.length) : undefined;
    if (files === undefined || text === undefined) {
      merged.set(JSON.stringify([code, message, fix, files]), remark);
      continue;
    }
    const key = JSON.stringify([code, text, fix]);
    const known = merged.get(key);
    if (known !== undefined && 'remark' in known) for (const file of files) known.files.add(file);
    else merged.set(key, { remark: { code, text, files, fix }, files: new Set(files) });
  }
  return [...merged.values()].map((entry) =>
    'remark' in entry ? remarkOnFiles({ ...entry.remark, files: [...entry.files] }) : entry,
  );
}

/** A remark as one line of text: the message, and what to do. */
export function describeRemark({ message, fix }: Remark): string {
  if (fix === undefined) return message;
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${fix}`;
}

function prefixOf(files: readonly string[]): string {
  if (files.length === 0) return '';
  const more = files.length - namedFiles;
  const others = more > 0 ? ` and ${more} more` : '';
  return `${files.slice(0, namedFiles).join(', ')}${others}: `;
}
