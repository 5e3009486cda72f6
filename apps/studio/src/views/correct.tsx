import { canAddImages } from '@oddpixel/model-core/heads';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { JudgeBar, judgeKeys } from '../parts/judge-bar.tsx';
import { LargeImage } from '../parts/large-image.tsx';
import { Picture } from '../parts/picture.tsx';
import { Steps } from '../parts/steps.tsx';
import { usePlaces } from '../state/use-places.ts';
import { accepted, classification, images, judged, model, view, type Judged } from '../state/studio.ts';

/** Disagreements of the model and the known truth first, then the closest calls: there a person's judgement helps most. */
function worthALook(all: readonly Judged[], limit: number): string[] {
  const wrong = ({ image, score }: Judged): boolean =>
    image.truth !== undefined && (image.truth === 'nok') !== score >= limit;
  return all
    .filter(({ image }) => !accepted.peek().has(image.id))
    .sort(
      (a, b) =>
        Number(wrong(b)) - Number(wrong(a)) || Math.abs(a.score - limit) - Math.abs(b.score - limit) || 0,
    )
    .map(({ image }) => image.id);
}

export function CorrectView(): JSX.Element {
  const places = usePlaces(() => worthALook(judged.peek(), classification.peek()));
  const { ids, place, step } = places;
  const [withMap, setWithMap] = useState(true);
  const image = places.current();
  const toggleMap = (): void => setWithMap((now) => !now);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => judgeKeys(event, places, toggleMap);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  if (image === undefined) return <NothingToCorrect />;
  const learns = model.value !== undefined && canAddImages(model.value.manifest);
  return (
    <>
      <div class="view-head">
        <h1>Was it right?</h1>
        <p class="quiet">
          {place + 1} of {ids.length}
        </p>
      </div>
      <p class="quiet lead-small">
        Disagreements come first, then the closest calls.{' '}
        {learns
          ? 'What you call fine is learned at once.'
          : 'This kind of model takes your labels into its report, and learns them when it is trained again.'}
      </p>
      <div class="correct">
        <LargeImage image={image} withMap={withMap} />
        <div class="correct-side">
          <JudgeBar image={image} onJudged={() => step(1)} />
          <Steps places={places} withMap={withMap} toggleMap={toggleMap} />
          <ol class="film" aria-label="Next images">
            {ids.slice(place, place + 9).map((id, index) => {
              const next = images.value.find((other) => other.id === id);
              return next === undefined ? null : (
                <li key={id}>
                  <button
                    type="button"
                    aria-current={index === 0 ? 'true' : undefined}
                    onClick={() => places.goTo(place + index)}
                  >
                    <Picture image={next} alt="" withMap />
                    <span class="visually-hidden">Go to {next.name}</span>
                  </button>
                </li>
              );
            })}
          </ol>
        </div>
      </div>
    </>
  );
}

function NothingToCorrect(): JSX.Element {
  return (
    <section class="empty">
      <h1>Nothing to correct</h1>
      <p class="quiet">Once images have been judged, they can be corrected here.</p>
      <button type="button" class="button primary" onClick={() => (view.value = 'inspect')}>
        Go to Inspect
      </button>
    </section>
  );
}
