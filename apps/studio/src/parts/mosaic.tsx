import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { worker } from '../state/worker.ts';

const count = 9;
/** Middle of the last column, as in the mark. */
const odd = 5;

interface Tile {
  readonly url: string;
  readonly odd: boolean;
}

/** Eight good apples and one with a worm: the whole idea as a picture. Decoration, so screen readers skip it. */
export function Mosaic(): JSX.Element {
  const [tiles, setTiles] = useState<readonly Tile[]>([]);
  useEffect(() => {
    const end = new AbortController();
    const urls: string[] = [];
    worker()
      .call(
        'mosaic',
        { side: 192, count, odd },
        {
          signal: end.signal,
          onProgress: ({ picture, odd: isOdd }) => {
            const url = URL.createObjectURL(picture);
            urls.push(url);
            setTiles((before) => [...before, { url, odd: isOdd }]);
          },
        },
      )
      .catch(() => undefined);
    return () => {
      end.abort();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, []);
  return (
    <div class="mosaic" aria-hidden="true">
      {Array.from({ length: count }, (_, place) => {
        const tile = tiles[place];
        return (
          <span key={place} class={tile?.odd === true ? 'tile odd' : 'tile'}>
            {tile && <img src={tile.url} alt="" />}
          </span>
        );
      })}
    </div>
  );
}
