import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ModelButton } from '../parts/model-button.tsx';
import type { ModelFacts } from '../protocol.ts';
import { exportModel, makeReport, startOver } from '../state/actions/model.ts';
import { download } from '../state/download.ts';
import { formatBytes } from '../state/format.ts';
import { isBusy, judged, model, view } from '../state/studio.ts';
import { ErrorCurve } from '../parts/error-curve.tsx';

export function TakeView(): JSX.Element {
  const facts = model.value;
  return (
    <>
      <h1>{facts === undefined ? 'Bring a model' : 'Yours to keep'}</h1>
      <div class="take">
        {facts === undefined ? <OpenPanel /> : <ModelPanel facts={facts} />}
        {facts !== undefined && <ReportPanel />}
        <UsePanel />
        <ResetPanel />
      </div>
    </>
  );
}

function OpenPanel(): JSX.Element {
  return (
    <section class="panel">
      <h2>Open a model</h2>
      <p class="quiet">
        A file that was trained here, in Node or on the command line. It is plain ONNX, everything inside.
      </p>
      <div class="row">
        <ModelButton />
        <button type="button" class="button" onClick={() => (view.value = 'teach')}>
          Train one
        </button>
      </div>
    </section>
  );
}

function ModelPanel({ facts }: { readonly facts: ModelFacts }): JSX.Element {
  const { manifest, sizeBytes, region, fileName } = facts;
  const { preprocessing, head, training } = manifest;
  const save = async (): Promise<void> => {
    const blob = await exportModel();
    if (blob) download(blob, fileName ?? 'model.onnx');
  };
  const rows: readonly (readonly [string, string])[] = [
    ['Kind', head?.type ?? 'external'],
    ['Input', `${preprocessing.imageWidth}×${preprocessing.imageHeight} pixels`],
    ['Learned from', `${training?.imageCount ?? 'unknown'} images`],
    ...(training?.figures['patchesKept'] === undefined
      ? []
      : [['Remembers', `${training.figures['patchesKept'].toLocaleString('en')} patches`] as const]),
    ['Made by', `Oddpixel ${manifest.productVersion}`],
  ];
  return (
    <section class="panel">
      <h2>The model</h2>
      <p class="quiet">
        One ONNX file: features, memory, thresholds and preprocessing. Any ONNX Runtime opens it.
      </p>
      <div class="row">
        <button type="button" class="button primary large" onClick={() => void save()}>
          Download model <span class="button-note">{formatBytes(sizeBytes)}</span>
        </button>
        <ModelButton />
      </div>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {region && (
        <p class="small-text quiet">
          It was taught a region: crop images to {percent(region.x)} from the left, {percent(region.y)} from
          the top, {percent(region.width)} wide and {percent(region.height)} high before giving them to it
          elsewhere.
        </p>
      )}
      <ErrorCurve points={training?.history ?? []} />
    </section>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function ReportPanel(): JSX.Element {
  const [report, setReport] = useState<Blob>();
  const labelled = judged.value.filter(({ image }) => image.truth !== undefined).length;
  return (
    <section class="panel">
      <h2>The report</h2>
      <p class="quiet">
        {labelled === 0
          ? 'It measures the model on labelled images. Label a few images as fine or odd in Correct.'
          : `How well the model does on ${labelled} labelled images: one HTML file with curves, tables and every picture.`}
      </p>
      <div class="row">
        <button
          type="button"
          class="button primary"
          disabled={labelled === 0 || isBusy.value}
          onClick={() => void makeReport().then((html) => setReport(html))}
        >
          {report === undefined ? 'Write the report' : 'Write it again'}
        </button>
        {report && (
          <>
            <button
              type="button"
              class="button"
              onClick={() => window.open(URL.createObjectURL(report), '_blank', 'noopener')}
            >
              Open
            </button>
            <button type="button" class="button" onClick={() => download(report, 'report.html')}>
              Download report
            </button>
          </>
        )}
      </div>
    </section>
  );
}

const commands = `npx oddpixel predict model.onnx photo.jpg
npx oddpixel evaluate model.onnx data --report report`;

const program = `import { readModel } from '@oddpixel/model-core';
import { createInspector } from '@oddpixel/workflow';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';

const backend = await cpu().open();
const inspector = await createInspector(readModel(file), { backend, codec: sharpCodec() });
const { result } = await inspector.inspect({ name: 'photo', image: bytes });
console.log(result.anomalyClass, result.anomalyScore);`;

function UsePanel(): JSX.Element {
  return (
    <section class="panel">
      <h2>Use it elsewhere</h2>
      <h3>On the command line</h3>
      <pre tabIndex={0} aria-label="Commands">
        <code>{commands}</code>
      </pre>
      <h3>In a program</h3>
      <pre tabIndex={0} aria-label="Program">
        <code>{program}</code>
      </pre>
    </section>
  );
}

function ResetPanel(): JSX.Element {
  const [asking, setAsking] = useState(false);
  return (
    <section class="panel">
      <h2>Start over</h2>
      <p class="quiet">Removes all images, labels and the model from this browser.</p>
      <div class="row">
        {asking ? (
          <>
            <button
              type="button"
              class="button odd-button"
              onClick={() => {
                setAsking(false);
                void startOver();
              }}
            >
              Remove everything
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" class="button" disabled={isBusy.value} onClick={() => setAsking(true)}>
            Start over …
          </button>
        )}
      </div>
    </section>
  );
}
