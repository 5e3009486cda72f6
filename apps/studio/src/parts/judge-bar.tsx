import type { JSX } from 'preact';
import type { ImageRecord } from '../protocol.ts';
import { acceptAsFine } from '../state/actions/accept.ts';
import { label } from '../state/actions/images.ts';
import { formatScore } from '../state/format.ts';
import type { Places } from '../state/use-places.ts';
import { accepted, accepting, classification, isOdd, scores } from '../state/studio.ts';
import { Known, Verdict } from './card.tsx';

interface JudgeBarProps {
  readonly image: ImageRecord;
  readonly onJudged: () => void;
}

/** The model's verdict, and the two that a person can give. */
export function JudgeBar({ image, onJudged }: JudgeBarProps): JSX.Element {
  const score = scores.value.get(image.id) ?? NaN;
  const odd = isOdd(score, classification.value);
  return (
    <div class="judge">
      <p class="judge-facts">
        <Verdict odd={odd} />
        <span class="score">{formatScore(score)}</span>
        <Known image={image} odd={odd} learned={accepted.value.has(image.id)} />
        <span class="quiet file-name">{image.name}</span>
      </p>
      <div class="row">
        <button
          type="button"
          class="button fine-button"
          aria-pressed={image.truth === 'ok'}
          aria-keyshortcuts="f"
          disabled={accepting.value.has(image.id)}
          onClick={() => {
            acceptAsFine(image.id);
            onJudged();
          }}
        >
          This is fine <kbd>F</kbd>
        </button>
        <button
          type="button"
          class="button odd-button"
          aria-pressed={image.truth === 'nok'}
          aria-keyshortcuts="o"
          onClick={() => {
            label(image.id, 'nok');
            onJudged();
          }}
        >
          This is odd <kbd>O</kbd>
        </button>
      </div>
    </div>
  );
}

/** Keys for going through images one by one; ignored while something is typed. */
export function judgeKeys(event: KeyboardEvent, { current, step }: Places, toggleMap: () => void): void {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
  const judge = (say: (id: string) => void): void => {
    const image = current();
    if (image === undefined) return;
    say(image.id);
    step(1);
  };
  const actions: Readonly<Record<string, () => void>> = {
    f: () => judge(acceptAsFine),
    o: () => judge((id) => label(id, 'nok')),
    m: toggleMap,
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}
