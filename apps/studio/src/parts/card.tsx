import type { JSX } from 'preact';
import type { ImageRecord } from '../protocol.ts';
import { acceptAsFine } from '../state/actions.ts';
import { formatScore } from '../state/format.ts';
import { accepted, accepting, thresholds } from '../state/studio.ts';
import { Picture } from './picture.tsx';

interface CardProps {
  readonly image: ImageRecord;
  readonly score: number;
  readonly onOpen: () => void;
}

/** One judged image. */
export function Card({ image, score, onOpen }: CardProps): JSX.Element {
  const odd = score >= (thresholds.value?.classification ?? Infinity);
  return (
    <li class={odd ? 'card odd' : 'card fine'}>
      <button type="button" class="card-open" onClick={onOpen}>
        <Picture image={image} alt="" withMap />
        <span class="visually-hidden">Open {image.name}</span>
      </button>
      <div class="card-foot">
        <Verdict odd={odd} />
        <span class="score">{formatScore(score)}</span>
        <Known image={image} odd={odd} />
        {odd && !accepted.value.has(image.id) && (
          <button
            type="button"
            class="button small fine-button"
            disabled={accepting.value.has(image.id)}
            aria-label={`This is fine: ${image.name}`}
            onClick={() => acceptAsFine(image.id)}
          >
            {accepting.value.has(image.id) ? 'Learning …' : 'This is fine'}
          </button>
        )}
      </div>
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

/** What is known of an image, and whether the model agrees. */
export function Known({
  image,
  odd,
}: {
  readonly image: ImageRecord;
  readonly odd: boolean;
}): JSX.Element | null {
  if (accepted.value.has(image.id)) return <span class="known quiet">learned as fine</span>;
  if (image.truth === undefined) return null;
  if (image.truth === 'ok' && odd) return <span class="known wrong">false alarm</span>;
  if (image.truth === 'nok' && !odd) return <span class="known wrong">missed</span>;
  return <span class="known quiet">{image.truth === 'ok' ? 'good' : (image.defect ?? 'odd')}</span>;
}
