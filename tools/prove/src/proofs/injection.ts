import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvaluator } from '@oddpixel/eval';
import { renderReport, type GalleryItem } from '@oddpixel/eval/report';
import { FileError, ParameterError, type Random } from '@oddpixel/contract';
import { diskStore, nodeFileSource } from '@oddpixel/runtime-node';
import { openFixture } from '../fixture.ts';
import type { Proof } from '../proof.ts';

const secret = 'outside of the root';

export const injection: Proof = {
  name: 'injection',
  claim: 'names put no markup into the report, and paths and keys lead out of no folder',
  rounds: 20_000,
  shortRounds: 200,
  async open() {
    const { backend, model } = await openFixture();
    await backend.dispose();
    const folder = await mkdtemp(join(tmpdir(), 'oddpixel-prove-'));
    const root = join(folder, 'root');
    await mkdir(join(root, 'inner'), { recursive: true });
    await writeFile(join(folder, 'secret'), secret);
    await symlink(join(folder, 'secret'), join(root, 'link'));
    await symlink(folder, join(root, 'inner/up'));
    const source = nodeFileSource(root);
    const store = diskStore(join(folder, 'store'));
    return {
      async round({ random }) {
        const hostile = `mark${random.integer(1e9)}${sequence(markup, random)}`;
        checkReport(report(hostile), hostile);
        const path = sequence(steps, random);
        await refused(() => source.read(path));
        await refused(() => store.get(path));
        return 'kept out';
      },
      close: () => rm(folder, { recursive: true, force: true }),
    };

    function report(name: string): string {
      const evaluator = createEvaluator({ bootstrapSamples: 0 });
      const labels = ['ok', 'nok'] as const;
      const gallery = labels.map((label, imageId): GalleryItem => {
        evaluator.add({ imageId, fileName: name, label, defect: name, score: imageId });
        const pictures = { width: 1, height: 1, image: 'data:,', map: 'data:,', overlay: 'data:,' };
        return { imageId, fileName: name, label, defect: name, score: imageId, ...pictures };
      });
      const names = { title: name, modelName: name, datasetName: name };
      const { manifest } = model;
      return renderReport({
        ...names,
        manifest: { ...manifest, backbone: { id: name, sha256: '', outputs: [name] } },
        evaluation: evaluator.finish(),
        gallery,
        excluded: [name],
        warnings: [name],
      });
    }
  },
};

/** Wherever the name appears, none of the characters that end a text or an attribute follows as it was. */
function checkReport(html: string, name: string): void {
  const mark = (/^mark\d+/.exec(name) as RegExpExecArray)[0];
  const places = html.split(mark).slice(1);
  if (places.length === 0) throw new Error(`the report does not show ${JSON.stringify(name)}`);
  const first = name[mark.length] as string;
  if (!'<>"\''.includes(first)) return;
  const raw = places.find((place) => place.startsWith(name.slice(mark.length)));
  if (raw !== undefined) throw new Error(`raw in the report: ${JSON.stringify(raw.slice(0, 80))}`);
}

async function refused(read: () => Promise<Uint8Array | undefined>): Promise<void> {
  try {
    const bytes = await read();
    if (bytes !== undefined && new TextDecoder().decode(bytes) === secret)
      throw new Error('it left its folder');
  } catch (error) {
    if (!(error instanceof FileError || error instanceof ParameterError)) throw error;
  }
}

const markup = [
  '<script>alert(1)</script>',
  '">',
  "'>",
  '<img src=x onerror=alert(1)>',
  '</title>',
  '</style>',
  '<!--',
  '&lt;',
  '<svg/onload=alert(1)>',
  ']]>',
  '" onmouseover="alert(1)',
];
const steps = [
  '..',
  '/',
  '..',
  '/',
  'secret',
  'link',
  'inner',
  'inner/up',
  '/secret',
  '\\',
  '\0',
  '.',
  '//',
  '%2e%2e',
  '/proc/self/environ',
];

function sequence(parts: readonly string[], random: Random): string {
  let text = '';
  for (let i = random.integer(5); i >= 0; i--) text += parts[random.integer(parts.length)] as string;
  return text;
}
