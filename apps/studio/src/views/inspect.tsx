import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../parts/card.tsx';
import { Live } from '../parts/live.tsx';
import { ScorePanel } from '../parts/score-panel.tsx';
import { Viewer } from '../parts/viewer.tsx';
import { scoreAll } from '../state/actions.ts';
import { isBusy, judged, model, suspects, verdicts, view } from '../state/studio.ts';

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
      ) : judged.value.length === 0 ? (
        <Nothing />
      ) : (
        <div class="inspect">
          <ScorePanel />
          <ol class="gallery" aria-label="Images, the oddest first">
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
  const { odd, fine } = verdicts.value;
  if (odd + fine === 0) return <h1>Inspect</h1>;
  return <h1>{odd === 0 ? `All ${fine} look fine` : `${odd} of ${odd + fine} look odd`}</h1>;
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
          : `${waiting} images wait to be judged.`}
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
