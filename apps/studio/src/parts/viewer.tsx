import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageRecord } from '../protocol.ts';
import { usePlaces } from '../state/use-places.ts';
import { Dialog } from './dialog.tsx';
import { JudgeBar, judgeKeys } from './judge-bar.tsx';
import { LargeImage } from './large-image.tsx';
import { Steps } from './steps.tsx';

interface ViewerProps {
  /** The gallery's order when it was opened: a judged image does not jump away. */
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
          <Steps places={places} withMap={withMap} toggleMap={toggleMap} />
        </div>
      </div>
    </Dialog>
  );
}
