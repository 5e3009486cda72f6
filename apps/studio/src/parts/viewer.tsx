import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageRecord } from '../protocol.ts';
import { usePlaces } from '../state/use-places.ts';
import { Dialog } from './dialog.tsx';
import { JudgeBar, judgeKeys } from './judge-bar.tsx';
import { LargeImage } from './large-image.tsx';

interface ViewerProps {
  /** As the gallery stood when it was opened: what is judged does not jump away. */
  readonly order: readonly ImageRecord[];
  readonly first: string;
  readonly onClose: () => void;
}

/** One image, large. */
export function Viewer({ order, first, onClose }: ViewerProps): JSX.Element | null {
  const places = usePlaces(
    () => order.map(({ id }) => id),
    Math.max(
      0,
      order.findIndex(({ id }) => id === first),
    ),
  );
  const [withMap, setWithMap] = useState(true);
  const image = places.current();
  if (image === undefined) return null;
  const { ids, place, step } = places;
  const toggleMap = (): void => setWithMap((now) => !now);
  return (
    <Dialog title={`Image ${place + 1} of ${ids.length}`} onClose={onClose} wide>
      <div class="viewer" onKeyDown={(event) => judgeKeys(event, places, toggleMap)}>
        <LargeImage image={image} withMap={withMap} />
        <div class="viewer-foot">
          <JudgeBar image={image} onJudged={() => step(1)} />
          <div class="row">
            <button type="button" class="button" disabled={place === 0} onClick={() => step(-1)}>
              Previous
            </button>
            <button type="button" class="button" disabled={place === ids.length - 1} onClick={() => step(1)}>
              Next
            </button>
            <button type="button" class="button" aria-pressed={withMap} onClick={toggleMap}>
              Map <kbd>M</kbd>
            </button>
          </div>
        </div>
      </div>
    </Dialog>
  );
}
