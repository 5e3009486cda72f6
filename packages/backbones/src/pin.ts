/** An address together with the hash of what must be there. */
import { BackbonePinError } from './errors.ts';
import type { PublishedBackbone } from './backbone.ts';

/** A checked `PublishedBackbone`: absolute address, hash in lower case. */
export interface Pin {
  readonly url: string;
  readonly sha256: string;
  readonly sizeBytes: number | undefined;
}

const hexDigits = /^[0-9a-f]{64}$/;

/** @throws BackbonePinError */
export function checkPin({ url, sha256, sizeBytes }: PublishedBackbone): Pin {
  const address = parseAddress(url);
  const wrong = (expected: string, received: string, fix: string): BackbonePinError =>
    new BackbonePinError({ url: address.href, expected, received, fix });
  if (typeof sha256 !== 'string' || !hexDigits.test(sha256.toLowerCase())) {
    throw wrong(
      'its SHA-256 as 64 hex digits',
      JSON.stringify(sha256),
      'The publisher states it; `sha256sum FILE` prints that of a file you trust.',
    );
  }
  if (sizeBytes !== undefined && !(Number.isSafeInteger(sizeBytes) && sizeBytes > 0)) {
    throw wrong('its size in bytes', String(sizeBytes), 'Leave sizeBytes out if it is not known.');
  }
  return { url: address.href, sha256: sha256.toLowerCase(), sizeBytes };
}

/**
 * Reads `https://…/backbone.onnx#sha256=HEX`: address and hash in one piece of text, to copy and to keep in settings.
 *
 * @throws BackbonePinError if the hash or the address is missing
 */
export function parsePinnedUrl(text: string): PublishedBackbone {
  const [address = '', fragment = ''] = text.split(/#(.*)/s);
  const [, sha256 = ''] = /^sha256=(.*)$/is.exec(fragment) ?? [];
  const { url, sha256: hash } = checkPin({ url: address, sha256 });
  return { url, sha256: hash };
}

function parseAddress(url: string | URL): URL {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  let address: URL;
  try {
    address = new URL(url, page);
  } catch (cause) {
    const fix = 'Give the whole address, with https:// in front.';
    throw new BackbonePinError(
      { url: String(url), expected: 'a web address', received: JSON.stringify(String(url)), fix },
      { cause },
    );
  }
  if (address.username !== '' || address.password !== '') {
    // The address appears in messages; a password must not.
    [address.username, address.password] = ['', ''];
    throw new BackbonePinError({
      url: address.href,
      expected: 'an address without a password',
      received: 'one with a name or password in front of the host',
      fix: 'Pass a `fetch` that sends the header Authorization.',
    });
  }
  return address;
}
