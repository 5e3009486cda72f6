/** A part of the picture: columns `left` to `right - 1`, rows `top` to `bottom - 1`. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function wholePicture(width: number, height: number): Window {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** One pixel more on each side, as far as the picture goes. */
export function grown({ left, top, right, bottom }: Window, width: number, height: number): Window {
  return {
    left: Math.max(0, left - 1),
    top: Math.max(0, top - 1),
    right: Math.min(width, right + 1),
    bottom: Math.min(height, bottom + 1),
  };
}
