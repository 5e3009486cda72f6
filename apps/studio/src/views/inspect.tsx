import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card, FailedCard } from '../parts/card.tsx';
import { Live } from '../parts/live.tsx';
import { ScorePanel } from '../parts/score-panel.tsx';
import { Viewer } from '../parts/viewer.tsx';
import { scoreAll } from '../state/actions/score.ts';
import {
  classification,
  failures,
  isBusy,
  judged,
  model,
  suspects,
  verdicts,
  view,
  type Verdicts,
} from '../state/studio.ts';

type Tab = 'gallery' | 'camera';

export function InspectView(): JSX.Element {
  const [tab, setTab] = useState<Tab>('gallery');
  const [open, setOpen] = useState<string>();
  if (model.value === undefined) return <NoModel />;
  return (
    <>
      <div class="view-head">
        {tab === 'camera' ? <h1>Live</h1> : <Headline />}
        <div class="switch" role="group" aria-label="What to inspect">
          {(['gallery', 'camera'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>
              {name === 'gallery' ? 'Images' : 'Camera'}
            </button>
          ))}
        </div>
      </div>
      {tab === 'camera' ? (
        <Live />
      ) : judged.value.length + failures.value.size === 0 ? (
        <Nothing />
      ) : (
        <div class="inspect">
          <ScorePanel />
          <ol class="gallery" aria-label="Images, the oddest first">
            {suspects.value.map((image) => {
              const reason = failures.value.get(image.id);
              return reason !== undefined && <FailedCard key={image.id} image={image} reason={reason} />;
            })}
            {judged.value.map(({ image, score }) => (
              <Card key={image.id} image={image} score={score} onOpen={setOpen} />
            ))}
          </ol>
        </div>
      )}
      {open !== undefined && (
        <Viewer
          order={judged.value.map(({ image }) => image)}
          first={open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

function Headline(): JSX.Element {
  return <h1>{headline(verdicts.value, classification.value)}</h1>;
}

/** All look fine only if each one was judged, by a threshold, and found fine. */
export function headline(
  { odd, fine, open }: Pick<Verdicts, 'odd' | 'fine' | 'open'>,
  limit: number,
): string {
  const images = odd + fine + open;
  if (odd + fine === 0) return open === 0 ? 'Inspect' : `${open} without a verdict`;
  const without = open === 0 ? '' : `, ${open} without a verdict`;
  if (odd > 0) return `${odd} of ${images} look odd${without}`;
  return open === 0 && limit !== Infinity
    ? `All ${fine} look fine`
    : `${fine} of ${images} look fine${without}`;
}

function NoModel(): JSX.Element {
  return (
    <section class="empty">
      <h1>There is no model yet</h1>
      <p class="quiet">Show it good images and train it, or open a model file.</p>
      <button type="button" class="button primary" onClick={() => (view.value = 'teach')}>
        Go to Teach
      </button>
    </section>
  );
}

function Nothing(): JSX.Element {
  const waiting = suspects.value.length;
  return (
    <section class="empty">
      <p class="quiet">
        {waiting === 0
          ? 'The model is ready. Add images to inspect, or use the camera.'
          : `${waiting} images are waiting to be inspected.`}
      </p>
      {waiting > 0 ? (
        <button type="button" class="button primary" disabled={isBusy.value} onClick={() => void scoreAll()}>
          Judge them
        </button>
      ) : (
        <button type="button" class="button primary" onClick={() => (view.value = 'teach')}>
          Add images
        </button>
      )}
    </section>
  );
}
