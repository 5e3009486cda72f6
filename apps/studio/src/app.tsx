import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { dropAnywhere } from './parts/drop-zone.tsx';
import { BusyBar } from './parts/busy-bar.tsx';
import { DeviceChip } from './parts/device-chip.tsx';
import { Messages } from './parts/messages.tsx';
import { Mark } from './parts/mark.tsx';
import { tab, takeOver, type TabEvents } from './state/one-tab.ts';
import {
  announcement,
  judged,
  model,
  ready,
  suspects,
  taught,
  view,
  views,
  type View,
} from './state/studio.ts';
import { CorrectView } from './views/correct.tsx';
import { InspectView } from './views/inspect.tsx';
import { TakeView } from './views/take.tsx';
import { TeachView } from './views/teach.tsx';

const pages: Readonly<Record<View, { readonly title: string; readonly Page: () => JSX.Element }>> = {
  teach: { title: 'Teach', Page: TeachView },
  inspect: { title: 'Inspect', Page: InspectView },
  correct: { title: 'Correct', Page: CorrectView },
  take: { title: 'Take away', Page: TakeView },
};

export function App({ tabEvents }: { readonly tabEvents: TabEvents }): JSX.Element {
  const state = tab.value;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <p class="brand">
          <Mark />
          <span>
            Oddpixel <span class="brand-part">Studio</span>
          </span>
        </p>
        {state === 'mine' && <Steps />}
        {state === 'mine' && <DeviceChip />}
      </header>
      <main id="main" tabIndex={-1}>
        {state === 'mine' && <Content />}
        {(state === 'elsewhere' || state === 'taken') && <OtherTab tabEvents={tabEvents} />}
      </main>
      {state === 'mine' && (
        <div class="dock">
          <Messages />
          <BusyBar />
        </div>
      )}
      <p class="visually-hidden" role="status" aria-live="polite">
        {announcement}
      </p>
    </>
  );
}

function Content(): JSX.Element {
  const { Page } = pages[view.value];
  useEffect(() => {
    scrollTo(0, 0);
    // If the button that led here is gone, the keyboard starts at the content.
    if (document.activeElement === document.body) document.getElementById('main')?.focus();
  }, [view.value]);
  useEffect(dropAnywhere, []);
  return ready.value ? <Page /> : <p class="quiet waiting">Loading your last session …</p>;
}

/** The flow: each step shows its progress. */
function Steps(): JSX.Element {
  const notes: Readonly<Record<View, string>> = {
    teach: count(taught.value.length, 'good'),
    inspect: count(suspects.value.length, 'to judge'),
    correct: '',
    take: model.value === undefined ? '' : 'ready',
  };
  const open: Readonly<Record<View, boolean>> = {
    teach: true,
    inspect: model.value !== undefined || suspects.value.length > 0,
    correct: judged.value.length > 0,
    take: true,
  };
  return (
    <nav class="steps" aria-label="Steps">
      <ol>
        {views.map((name, index) => (
          <li key={name}>
            <button
              type="button"
              class="step"
              aria-current={view.value === name ? 'step' : undefined}
              disabled={!open[name]}
              onClick={() => (view.value = name)}
            >
              <span class="step-number" aria-hidden="true">
                {index + 1}
              </span>
              <span class="step-title">{pages[name].title}</span>
              {notes[name] !== '' && <span class="step-note">{notes[name]}</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}`;
}

function OtherTab({ tabEvents }: { readonly tabEvents: TabEvents }): JSX.Element {
  const taken = tab.value === 'taken';
  return (
    <section class="other-tab">
      <h1>{taken ? 'Studio moved to another tab' : 'Studio is open in another tab'}</h1>
      <p>
        {taken
          ? 'That tab now works with your images and model. Nothing was lost; this one has stopped.'
          : 'Both would write to the same images and model, so only one works at a time. This tab goes on by itself when the other one is closed.'}
      </p>
      <button
        type="button"
        class="button primary"
        onClick={() => (taken ? location.reload() : takeOver(tabEvents))}
      >
        {taken ? 'Reload this tab' : 'Use this tab instead'}
      </button>
    </section>
  );
}
