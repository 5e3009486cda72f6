import type { JSX } from 'preact';
import type { ImageRecord, TrainOptions } from '../protocol.ts';
import { amountParameters, headNames, heads, offeredValues } from '../heads.ts';
import { fittingSize, type Detail, type ModelSize } from '../state/model-size.ts';
import { isBusy, options, region, taught } from '../state/studio.ts';

/** How the model is trained. The defaults are fine for a first try. */
export function LearningOptions(): JSX.Element {
  const { head, imageWidth, imageHeight } = options.value;
  const { amount, legend } = heads[head];
  const working = isBusy.value;
  const change = (changes: Partial<TrainOptions>): void => {
    options.value = { ...options.value, ...changes };
  };
  const [first] = taught.value;
  return (
    <details class="options">
      <summary>
        How it learns{' '}
        <span class="quiet">
          {heads[head].title.toLowerCase()}, {imageWidth}×{imageHeight} pixels
        </span>
      </summary>
      <div class="options-grid">
        <fieldset disabled={working}>
          <legend>Kind of model</legend>
          {headNames.map((name) => (
            <Choice
              key={name}
              name="head"
              checked={head === name}
              title={heads[name].title}
              hint={heads[name].hint}
              onChoose={() => change({ head: name })}
            />
          ))}
        </fieldset>
        <fieldset disabled={working || first === undefined}>
          <legend>Detail</legend>
          {first &&
            distinctSizes(first).map(([detail, size]) => (
              <Choice
                key={detail}
                name="detail"
                checked={size.imageWidth === imageWidth && size.imageHeight === imageHeight}
                title={detail}
                hint={`${size.imageWidth}×${size.imageHeight} pixels`}
                onChoose={() => change(size)}
              />
            ))}
        </fieldset>
        <fieldset disabled={working}>
          <legend>{legend}</legend>
          <p class="quiet small-text">{amountParameters[amount].about}</p>
          {offeredValues(head).map(({ value, title, hint }) => (
            <Choice
              key={value}
              name={amount === 'numRows' ? 'rows' : 'epochs'}
              checked={options.value[amount] === value}
              title={title}
              hint={hint}
              onChoose={() => change({ [amount]: value })}
            />
          ))}
        </fieldset>
      </div>
    </details>
  );
}

/** Small images leave fewer sizes to choose from: each is offered once. */
function distinctSizes(image: ImageRecord): readonly (readonly [Detail, ModelSize])[] {
  const found = new Map<string, readonly [Detail, ModelSize]>();
  for (const detail of ['normal', 'coarse', 'fine'] as const) {
    const size = fittingSize(image, region.value, detail);
    const key = `${size.imageWidth}×${size.imageHeight}`;
    if (!found.has(key)) found.set(key, [detail, size]);
  }
  return [...found.values()].sort(
    ([, a], [, b]) => a.imageWidth * a.imageHeight - b.imageWidth * b.imageHeight,
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly checked: boolean;
  readonly title: string;
  readonly hint: string;
  readonly onChoose: () => void;
}

function Choice({ name, checked, title, hint, onChoose }: ChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span>
        <span class="choice-title">{title}</span>
        {hint !== '' && <span class="quiet small-text"> {hint}</span>}
      </span>
    </label>
  );
}
