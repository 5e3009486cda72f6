/** Small pictures and maps, fetched from the worker when a card comes into view. */
import type { SmallMap } from '../protocol.ts';
import { worker } from './worker.ts';

const pictures = new Map<string, Promise<string>>();

/** An object URL that lives as long as the page. */
export function picture(id: string): Promise<string> {
  const known = pictures.get(id);
  if (known !== undefined) return known;
  const url = worker()
    .call('picture', { id })
    .then((blob) => URL.createObjectURL(blob));
  pictures.set(id, url);
  url.catch(() => pictures.delete(id));
  return url;
}

const maps = new Map<string, { readonly version: number; readonly map: Promise<SmallMap | null> }>();

/** The map of an image as it was scored last. */
export function galleryMap(id: string, version: number): Promise<SmallMap | null> {
  const known = maps.get(id);
  if (known?.version === version) return known.map;
  const map = worker().call('map', { id });
  maps.set(id, { version, map });
  map.catch(() => maps.delete(id));
  return map;
}
