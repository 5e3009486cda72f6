/** docs/cli.md shows every command's own help. `ODDPIXEL_WRITE_DOCS=1` writes it anew. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { oddpixel } from './testing/run-cli.ts';

const commands = [
  'demo',
  'dataset',
  'train',
  'evaluate',
  'predict',
  'add',
  'info',
  'export',
  'devices',
  'bench',
];

const introduction = `# The command line

\`\`\`sh
npx -y pnpm@12 oddpixel train parts --out parts.onnx   # from a clone
oddpixel train parts --out parts.onnx                  # after npm install -g oddpixel
\`\`\`

- Progress goes to stderr when a command takes more than a second; results go to stdout.
- Of a training, progress tells the time that is left and images per second; for \`--head student\` also the error. In an epoch each training image counts once, with its varied copies if there are any. A training may end before all epochs are done.
- \`evaluate --report\` of a model that was trained by epochs shows its error over the epochs, which epoch was kept, and what ended the training.
- \`--json\` prints one document; [cli-output.schema.json](cli-output.schema.json) describes it for every command. \`predict --jsonl\` prints one object per line as verdicts come, \`type\` being \`image\`, \`failure\`, \`skipped\`, and at the end \`summary\` (\`predictLine\` in the schema).
- Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 an odd image with \`--fail-on-nok\`, 130 after Ctrl-C. An image without a verdict is a failure, so 1 comes before 3.
- After Ctrl-C, \`predict\` prints what it has and how many images that are. A second Ctrl-C ends at once, inside of the engine too. On a GPU, whose engine holds the main thread, a run that is stuck prints nothing after the first one and ends with 137 instead of 130 after the second (not on Windows; not for \`kill -INT\` of the process alone).
- Whether \`--out\`, \`--report\`, \`--checkpoint\` and \`--save-input\` can be written is asked before any image is read.
- Names and texts that come from files are shown with their control characters escaped (\`\\n\`, \`\\x1b\`), in JSON as \`\\uXXXX\`.
- Images that are damaged or cut off are errors. With \`--accept-damaged\` what can be read of them is used, with a warning that says what is missing; the rest is gray or black.
- Files are written to a temporary name and renamed, so none is ever half-written; a report and its numbers are replaced together. Links stay and the files that they point to are replaced; devices and pipes (\`/dev/null\`, \`/dev/stdout\`) are written to. What a killed run left behind goes with the next write into the folder.
- Only regular files are read, and their size is checked before: pipes and devices are refused at once.
- A \`--cache\` that is full or cannot be written to is told, and the training goes on without it.
- \`DATA\` is a folder in the MVTec layout (\`train/good\`, \`test/good\`, \`test/DEFECT\`, \`ground_truth/DEFECT\`), also as MVTec LOCO AD and MVTec AD 2 (\`test_public\` is the test split; \`test_private\` has no labels and is not used) have it, a folder with \`good\` or \`ok\` beside anything else, or a CSV table with the columns image, label, mask, split, group.
- Paths in a CSV table count from its folder, or from \`--image-dir\` and \`--mask-dir\`. Of a folder these two say where images and masks lie; images are labelled by the folder that they lie in.
- Every file below a data set's folder is accounted for: what is neither used nor known as clutter (hidden files, previews, texts, tables) is in the remarks of \`dataset\`, \`train\` and \`evaluate\`, with what to do. The content decides where a name has no known ending. Masks are named as their images, with \`_mask\`, \`_gt\` or \`_label\` in any case, or without; several masks of one image lie in a folder of its name (\`ground_truth/DEFECT/NAME/000.png\`, as in MVTec LOCO AD) and count together. Masks that lie beside images count as images; a remark names them.
- What can be neither read nor listed (links that lead nowhere, names that are not UTF-8) has failed: \`dataset\` lists it and ends with exit code 1. \`train\` and \`evaluate\` refuse it in folders that they take images from, as they refuse images that cannot be decoded. With a table, only what it names matters. \`dataset --json\` counts all files by what became of them (\`files\`).
- \`--backbone https://example.com/extractor.onnx#sha256=HEX\` downloads a published feature extractor, checks its SHA-256, and keeps it in \`ODDPIXEL_CACHE\` or the system's folder for caches, so that the next training needs no network. A file that was put there by hand counts as downloaded: when a download fails, the message says where.
- \`--device auto\` takes the first of CUDA, WebGPU and CPU that works and says which; a device that is named is never replaced by another.
- Each file and folder below a folder that \`predict\` is given is inspected, is skipped with a reason (\`skipped\`: hidden files, masks, what is no image), or has failed (\`failures\`: links that lead nowhere, names that are not UTF-8, what cannot be read or decoded). A file that is named is inspected whatever its name is; \`-\` is standard input, and patterns such as \`*.png\` are understood where the shell does not.
- Pictures of \`predict --out\` lie below the folder as the images lie below theirs, and several folders keep their names. No two images share a name, on disks that are blind to case either: \`a.png\` and \`a.jpg\` keep their endings, equal names get numbers. What lies in the output folder, and files that end in \`.map.png\`, \`.map.tiff\` or \`.overlay.png\`, are pictures of an earlier run and are left out of folders that are inspected.
- \`predict --out\` writes \`NAME.overlay.png\` at the image's size, and \`NAME.map.png\` or \`NAME.map.tiff\` at the model's size (for the whole image, stretched as the model saw it; with \`--tile\` at the image's size).
- An image of more than 10,000 tiles has no verdict: use larger tiles or a smaller \`--overlap\`.
- \`predict --tile\` shows the model parts of the image. Train it on crops of the tile's size and scale: a model that learned whole images, scaled down, calls tiles odd.
- Every command that opens a model compares the file with the SHA-256 that it carries, and refuses a damaged one. \`info\` says \`verified\`, or \`unverified\` for a file without a hash, written before files carried one, or by another tool. A model that another tool changed on purpose opens again, unverified, without its metadata entries \`oddpixel-sha256\` and \`oddpixel-sealed\`.
- A foreign ONNX model (an anomaly map among its outputs, pixels in 0..1) works wherever a model is asked for.
`;

async function document(): Promise<string> {
  const parts = [introduction];
  for (const command of commands) {
    const { stdout } = await oddpixel(command, '--help');
    parts.push(`## ${command}\n\n\`\`\`text\n${stdout.trimEnd()}\n\`\`\`\n`);
  }
  return parts.join('\n');
}

test('docs/cli.md is the help of every command', async () => {
  const path = join(repositoryRoot, 'docs', 'cli.md');
  const expected = await document();
  if (process.env['ODDPIXEL_WRITE_DOCS'] === '1') await writeFile(path, expected);
  expect(await readFile(path, 'utf8')).toBe(expected);
});
