import type { JSX } from 'preact';
import type { ImageRecord, TrainOptions } from '../protocol.ts';
import { fittingSize, type Detail, type ModelSize } from '../state/model-size.ts';
import { isBusy, options, region, taught } from '../state/studio.ts';

/** How the model learns. The defaults are fine for a first try. */
export function LearningOptions(): JSX.Element {
  const { head, imageWidth, imageHeight, numRows, maxNumEpochs } = options.value;
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
          {head === 'memory' ? 'memory' : 'student'}, {imageWidth}×{imageHeight} pixels
        </span>
      </summary>
      <div class="options-grid">
        <fieldset disabled={working}>
          <legend>Kind of model</legend>
          <Choice
            name="head"
            checked={head === 'memory'}
            title="Memory"
            hint="Remembers patches of the good images. Ready in one pass, and can be corrected image by image."
            onChoose={() => change({ head: 'memory' })}
          />
          <Choice
            name="head"
            checked={head === 'student'}
            title="Student"
            hint="A small network learns the features of good images, epoch by epoch. Smaller and faster in use."
            onChoose={() => change({ head: 'student' })}
          />
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
        {head === 'memory' ? (
          <fieldset disabled={working}>
            <legend>Memory</legend>
            {[500, 1000, 4000].map((rows) => (
              <Choice
                key={rows}
                name="rows"
                checked={numRows === rows}
                title={`${rows.toLocaleString('en')} patches`}
                hint={rows === 500 ? 'quick' : rows === 1000 ? 'balanced' : 'thorough'}
                onChoose={() => change({ numRows: rows })}
              />
            ))}
          </fieldset>
        ) : (
          <fieldset disabled={working}>
            <legend>Maximum number of epochs</legend>
            {[10, 20, 60].map((epochs) => (
              <Choice
                key={epochs}
                name="epochs"
                checked={maxNumEpochs === epochs}
                title={String(epochs)}
                hint=""
                onChoose={() => change({ maxNumEpochs: epochs })}
              />
            ))}
          </fieldset>
        )}
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
