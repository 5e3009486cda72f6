import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ImageRecord, SmallMap } from '../protocol.ts';
import { sayError } from '../state/messages.ts';
import { mapsVersion, model } from '../state/studio.ts';
import { worker } from '../state/worker.ts';
import { Picture } from './picture.tsx';

interface LargeImageProps {
  readonly image: ImageRecord;
  readonly withMap: boolean;
}

/** An image with its map at full resolution, which is computed when it is looked at. */
export function LargeImage({ image, withMap }: LargeImageProps): JSX.Element {
  const [found, setFound] = useState<{ readonly id: string; readonly map: SmallMap }>();
  const version = mapsVersion.value;
  const manifest = model.value?.manifest;
  useEffect(() => {
    let current = true;
    worker()
      .call('detail', { image })
      .then(
        ({ map }) => current && setFound({ id: image.id, map }),
        (error: unknown) => current && sayError(error),
      );
    return () => {
      current = false;
    };
  }, [image.id, version, manifest]);
  // Until it is there, the gallery's coarser map shows.
  const map = found?.id === image.id ? found.map : undefined;
  return (
    <div class="large-image">
      <Picture image={image} withMap={withMap} map={map} />
    </div>
  );
}
