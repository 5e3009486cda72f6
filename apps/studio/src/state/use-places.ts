/** Going through images one by one. Steps count at once, however fast keys follow each other. */
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ImageRecord } from '../protocol.ts';
import { images } from './studio.ts';

export interface Places {
  /** In the order of the start: a judged image does not jump away. */
  readonly ids: readonly string[];
  /** From 0. */
  readonly place: number;
  /** The image at the place as it is now, also before the page has drawn it. */
  current(): ImageRecord | undefined;
  step(by: number): void;
  goTo(place: number): void;
}

export function usePlaces(order: () => readonly string[], first: number = 0): Places {
  const [ids] = useState(order);
  const place = useSignal(first);
  const goTo = (next: number): void => {
    place.value = Math.min(ids.length - 1, Math.max(0, next));
  };
  return {
    ids,
    place: place.value,
    current: () => images.value.find(({ id }) => id === ids[place.peek()]),
    step: (by) => goTo(place.peek() + by),
    goTo,
  };
}
