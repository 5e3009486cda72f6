/**
 * A seal on a file of ours: the SHA-256 of all its bytes, kept in a metadata entry of the file itself. For the hash,
 * the 64 digits of the entry count as zeros, so that no byte of the file is left out.
 */
import { ModelFormatError, hashBytes } from '@oddpixel/contract';
import { canHash, copyNumbers, sha256 } from '@oddpixel/contract/unstable';

/** Key of the metadata entry. */
export const sealKey = 'oddpixel-sha256';
/** Key of an entry that states that there is a seal, so that damage to the other key does not remove it. */
export const sealMarkKey = 'oddpixel-sealed';
/** The entry's value before the file is sealed. */
export const openSeal: string = '0'.repeat(64);

// An entry as protobuf writes it: key (field 1, its length, text), then value (field 2, 64 bytes).
const entry = Uint8Array.of(10, sealKey.length, ...new TextEncoder().encode(sealKey), 18, openSeal.length);

/** Writes the hash of the file into its entry, which must be there with the value `openSeal`. @returns the same bytes */
export function seal(bytes: Uint8Array): Uint8Array {
  return withDigits(bytes, sha256(bytes));
}

/** `seal` with the host's own hash function if there is one, which is many times faster. */
export async function sealFast(bytes: Uint8Array): Promise<Uint8Array> {
  return withDigits(bytes, await fastHash(bytes));
}

function withDigits(bytes: Uint8Array, digits: string): Uint8Array {
  const place = placeOf(bytes);
  if (place === undefined) throw new Error(`unreachable: no metadata entry "${sealKey}" was written`);
  bytes.set(new TextEncoder().encode(digits), place);
  return bytes;
}

/** Browsers have the host's on secure pages only. */
async function fastHash(bytes: Uint8Array): Promise<string> {
  return canHash() ? hashBytes(bytes) : sha256(bytes);
}

/** @throws ModelFormatError if the bytes are not those that were sealed, or carry no seal. */
export function checkSeal(bytes: Uint8Array): void {
  const { found, open } = opened(bytes);
  if (found !== sha256(open)) throw damaged();
}

/** `checkSeal` by the host's own hash function if there is one, which is many times faster. */
export async function verifySeal(bytes: Uint8Array): Promise<void> {
  const { found, open } = opened(bytes);
  if (found !== (await fastHash(open))) throw damaged();
}

/** The seal's digits, and the bytes as they were hashed. */
function opened(bytes: Uint8Array): { found: string | undefined; open: Uint8Array } {
  const place = placeOf(bytes);
  const open = copyNumbers(bytes);
  if (place === undefined) return { found: undefined, open };
  open.set(new TextEncoder().encode(openSeal), place);
  return { found: new TextDecoder().decode(bytes.subarray(place, place + openSeal.length)), open };
}

function damaged(): ModelFormatError {
  return new ModelFormatError({
    where: `metadata "${sealKey}"`,
    problem: 'the SHA-256 of the file is not the one that was written with it: the file is damaged',
    fix: `Restore it from a backup, or create it again. If another tool changed it on purpose, remove the metadata entries "${sealKey}" and "${sealMarkKey}": then it opens, unverified.`,
  });
}

/** True if an entry with a seal is in the bytes, even if damage elsewhere hides it from a reader of the metadata. */
export function hasSeal(bytes: Uint8Array): boolean {
  return placeOf(bytes) !== undefined;
}

/** Where the 64 digits are: after the last entry of that form, since tensors may hold any bytes before it. */
function placeOf(bytes: Uint8Array): number | undefined {
  const last = bytes.length - entry.length - openSeal.length;
  // Not byte by byte: a file without a seal is searched from end to end.
  for (let start = last; start >= 0; start--) {
    start = bytes.lastIndexOf(10, start);
    if (start >= 0 && entry.every((byte, i) => bytes[start + i] === byte)) return start + entry.length;
  }
  return undefined;
}
