import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import type { ImageRecord } from '../protocol.ts';
import { acceptAsFine } from '../state/actions/accept.ts';
import { formatScore } from '../state/format.ts';
import { accepted, accepting, classification, isOdd } from '../state/studio.ts';
import { Picture } from './picture.tsx';

interface CardProps {
  readonly image: ImageRecord;
  readonly score: number;
  readonly onOpen: (id: string) => void;
}

/** One judged image. Drawn again only when something about it changes, however fast a threshold moves. */
export function Card({ image, score, onOpen }: CardProps): JSX.Element {
  const { id, name } = image;
  const looksOdd = useComputed(() => isOdd(score, classification.value));
  const isLearning = useComputed(() => accepting.value.has(id));
  const isLearned = useComputed(() => accepted.value.has(id));
  const odd = looksOdd.value;
  return (
    <li class={odd ? 'card odd' : 'card fine'}>
      <button type="button" class="card-open" onClick={() => onOpen(id)}>
        <Picture image={image} alt="" withMap />
        <span class="visually-hidden">Open {name}</span>
      </button>
      <div class="card-foot">
        <Verdict odd={odd} />
        <span class="score">{formatScore(score)}</span>
        <Known image={image} odd={odd} learned={isLearned.value} />
        {odd && !isLearned.value && (
          <button
            type="button"
            class="button small fine-button"
            disabled={isLearning.value}
            aria-label={`This is fine: ${name}`}
            onClick={() => acceptAsFine(id)}
          >
            {isLearning.value ? 'Learning …' : 'This is fine'}
          </button>
        )}
      </div>
    </li>
  );
}

/** An image that could not be judged, and why. */
export function FailedCard({
  image,
  reason,
}: {
  readonly image: ImageRecord;
  readonly reason: string;
}): JSX.Element {
  return (
    <li class="card failed">
      <Picture image={image} alt={image.name} />
      <p class="card-foot">
        <span class="known wrong">no verdict</span>
        <span class="quiet">{reason}</span>
      </p>
    </li>
  );
}

export function Verdict({ odd }: { readonly odd: boolean }): JSX.Element {
  return (
    <span class={odd ? 'verdict odd' : 'verdict fine'}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {odd ? (
          <rect x="1.5" y="1.5" width="7" height="7" rx="1.5" transform="rotate(20 5 5)" />
        ) : (
          <rect x="1" y="1" width="8" height="8" rx="1.5" />
        )}
      </svg>
      {odd ? 'odd' : 'fine'}
    </span>
  );
}

interface KnownProps {
  readonly image: ImageRecord;
  readonly odd: boolean;
  readonly learned: boolean;
}

/** What is known about an image, and whether the model agrees. */
export function Known({ image: { truth, defect }, odd, learned }: KnownProps): JSX.Element | null {
  if (learned) return <span class="known quiet">learned as fine</span>;
  if (truth === undefined) return null;
  if (truth === 'ok' && odd) return <span class="known wrong">false alarm</span>;
  if (truth === 'nok' && !odd) return <span class="known wrong">missed</span>;
  return <span class="known quiet">{truth === 'ok' ? 'good' : (defect ?? 'odd')}</span>;
}
