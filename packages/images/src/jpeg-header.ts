/** What a JPEG file says about itself before its pixels (ITU-T T.81, annex B; JFIF; Adobe technical note 5116). */
import { exifOrientation } from './exif.ts';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 colour, 4 CMYK. */
  readonly components: number;
  /** Bits per value. */
  readonly bits: number;
  readonly isProgressive: boolean;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  readonly hasProfile: boolean;
  /** Adobe's mark: 0 stored as it is, 1 YCbCr, 2 YCCK; `undefined` if there is none. */
  readonly adobeTransform: number | undefined;
  /**
   * Whether the mark that ends a JPEG comes after the pixels' start. Browsers show a file that was cut off as far as
   * it goes, with gray below; an inspection must not.
   */
  readonly isComplete: boolean;
}

/** Markers without a length: fill bytes, restarts, start of image. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** Start of frame, except the tables that lie between these numbers. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const endOfImage = 0xd9;
const startOfScan = 0xda;

/** @throws Error saying what is wrong with the file. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Pick<JpegHeader, 'width' | 'height' | 'components' | 'bits' | 'isProgressive'> | undefined;
  let orientation = 1;
  let hasProfile = false;
  let adobeTransform: number | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('a marker is missing');
    const marker = bytes[at + 1] as number;
    if (marker === 0xff || isBare(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === startOfScan || marker === endOfImage) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) throw new Error('it ends inside its header');
    const content = bytes.subarray(at + 4, end);
    const mark = String.fromCharCode(...content.subarray(0, 11));
    if (isFrame(marker)) {
      if (content.length < 6) throw new Error('its frame is cut off');
      frame = {
        bits: content[0] as number,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: content[5] as number,
        isProgressive: marker === 0xc2,
      };
    } else if (marker === 0xe1 && mark.startsWith('Exif\0')) orientation = exifOrientation(content);
    else if (marker === 0xe2 && mark === 'ICC_PROFILE') hasProfile = true;
    else if (marker === 0xee && mark.startsWith('Adobe')) adobeTransform = content[11];
    at = end;
  }
  if (frame === undefined) throw new Error('it has no frame');
  if (frame.width === 0 || frame.height === 0) throw new Error(`its size is ${frame.width}×${frame.height}`);
  return { ...frame, orientation, hasProfile, adobeTransform, isComplete: hasEnd(bytes, at) };
}

/** Some writers append data of their own, so the mark is looked for from the end. */
function hasEnd(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.length - 2; at >= scan; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === endOfImage) return true;
  }
  return false;
}
