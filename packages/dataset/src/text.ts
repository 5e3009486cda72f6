/** The text of a table's bytes: UTF-8, or UTF-16 as spreadsheets write it when asked for "Unicode text". */
import { DatasetError } from '@oddpixel/contract';

/** @throws DatasetError if the bytes are neither, rather than reading names wrongly. */
export function decodeText(bytes: Uint8Array, fileName: string): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatasetError(
      {
        path: fileName,
        problems: ['it is not UTF-8 text'],
        fix: 'Save it as "CSV UTF-8"; otherwise names with umlauts would be read wrongly.',
      },
      { cause },
    );
  }
}
