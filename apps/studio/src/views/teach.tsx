import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CameraDialog } from '../parts/camera-dialog.tsx';
import { DeviceNotice } from '../parts/device-chip.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { LearningOptions } from '../parts/learning-options.tsx';
import { Mosaic } from '../parts/mosaic.tsx';
import { ModelButton } from '../parts/model-button.tsx';
import { Picture } from '../parts/picture.tsx';
import { RegionDialog } from '../parts/region-dialog.tsx';
import type { ImageRecord, Role } from '../protocol.ts';
import { removeImages } from '../state/actions/images.ts';
import { train } from '../state/actions/train.ts';
import { tryApples } from '../state/actions/apples.ts';
import { deviceProblem, images, isBusy, model, region, suspects, taught } from '../state/studio.ts';

/** With fewer good images than this a model learns little: the page warns and trains anyway. */
const fewImages = 8;

export function TeachView(): JSX.Element {
  const [camera, setCamera] = useState<Role>();
  const [drawing, setDrawing] = useState(false);
  const empty = images.value.length === 0;
  return (
    <>
      {empty ? <Welcome /> : <h1>Show what is fine</h1>}
      <DeviceNotice />
      <div class="zones">
        <DropZone
          role="teach"
          title="Good"
          hint="Images of what is fine. Drop files or a folder here; twenty to a hundred are plenty."
          onCamera={() => setCamera('teach')}
        >
          <Thumbnails images={taught.value} />
        </DropZone>
        <DropZone
          role="inspect"
          title="To inspect"
          hint="Images for the model to inspect. You need not know what is wrong with them."
          onCamera={() => setCamera('inspect')}
        >
          <Thumbnails images={suspects.value} />
        </DropZone>
      </div>
      {!empty && <TrainPanel onDraw={() => setDrawing(true)} />}
      {camera && <CameraDialog role={camera} onClose={() => setCamera(undefined)} />}
      {drawing && <RegionDialog onClose={() => setDrawing(false)} />}
    </>
  );
}

function Welcome(): JSX.Element {
  const working = isBusy.value;
  return (
    <section class="welcome">
      <div class="welcome-words">
        <h1>
          Teach it what is fine.
          <br />
          It finds what is odd.
        </h1>
        <p class="lead">
          A model learns from good images alone, here in your browser. Images never leave this machine.
        </p>
        <div class="row">
          <button
            type="button"
            class="button primary large"
            disabled={working || deviceProblem.value !== undefined}
            onClick={() => void tryApples()}
          >
            Try it with apples
          </button>
          <ModelButton />
        </div>
      </div>
      <Mosaic />
    </section>
  );
}

function TrainPanel({ onDraw }: { readonly onDraw: () => void }): JSX.Element {
  const good = taught.value.length;
  const working = isBusy.value;
  return (
    <section class="panel train" aria-label="Train">
      <div class="train-main">
        <button
          type="button"
          class="button primary large"
          disabled={working || good === 0 || deviceProblem.value !== undefined}
          onClick={() => void train()}
        >
          {model.value === undefined ? 'Train' : 'Train again'}
        </button>
        <p class="quiet">{advice(good)}</p>
      </div>
      <div class="row">
        <button type="button" class="button" disabled={working} onClick={onDraw}>
          {region.value === undefined ? 'Draw a region of interest' : 'Change the region'}
        </button>
        <ModelButton />
      </div>
      <LearningOptions />
    </section>
  );
}

function advice(good: number): string {
  if (good === 0) return 'Add good images first.';
  if (good === 1) return 'One image is too few to set a threshold. Add more.';
  if (good < fewImages)
    return `${good} good images are few. Training works, but the threshold will be rough.`;
  return `Learns from ${good} good images.`;
}

const mostShown = 60;

function Thumbnails({ images: shown }: { readonly images: readonly ImageRecord[] }): JSX.Element | null {
  const [all, setAll] = useState(false);
  if (shown.length === 0) return null;
  const visible = all ? shown : shown.slice(0, mostShown);
  const working = isBusy.value;
  return (
    <>
      <ul class="thumbnails">
        {visible.map((image) => (
          <Thumbnail key={image.id} image={image} />
        ))}
      </ul>
      <div class="row spread">
        <span class="quiet small-text">
          {shown.length} {shown.length === 1 ? 'image' : 'images'}
        </span>
        {shown.length > mostShown && (
          <button type="button" class="button small" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${shown.length}`}
          </button>
        )}
        <button
          type="button"
          class="button small"
          disabled={working}
          onClick={() => void removeImages(shown.map(({ id }) => id))}
        >
          Remove all
        </button>
      </div>
    </>
  );
}

function Thumbnail({ image }: { readonly image: ImageRecord }): JSX.Element {
  return (
    <li>
      <Picture image={image} />
      <button
        type="button"
        class="remove"
        aria-label={`Remove ${image.name}`}
        disabled={isBusy.value}
        onClick={() => void removeImages([image.id])}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 4l8 8m0-8l-8 8" />
        </svg>
      </button>
    </li>
  );
}
