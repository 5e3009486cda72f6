/** Buttons that go from image to image and show or hide the map. */
import type { JSX } from 'preact';
import type { Places } from '../state/use-places.ts';

export interface StepsProps {
  readonly places: Pick<Places, 'ids' | 'place' | 'step'>;
  readonly withMap: boolean;
  readonly toggleMap: () => void;
}

export function Steps({ places: { ids, place, step }, withMap, toggleMap }: StepsProps): JSX.Element {
  return (
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
  );
}
