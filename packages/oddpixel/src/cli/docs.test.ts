/** docs/cli.md shows every command's own help. `ODDPIXEL_WRITE_DOCS=1` writes it again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { oddpixel } from '../../test/run-cli.ts';

const commands = ['demo', 'dataset', 'train', 'evaluate', 'predict', 'add', 'info', 'export', 'devices'];

const introduction = `# The command line

\`\`\`sh
npx -y pnpm@12 oddpixel train parts --out parts.onnx   # from a clone
oddpixel train parts --out parts.onnx                  # after npm install -g oddpixel
\`\`\`

- Progress goes to stderr if a command takes more than a second; results go to stdout.
- Training progress shows the time remaining and the images per second; with \`--head student\` also the error. Each training image counts once per epoch, together with its augmented copies. Training may end before the last epoch.
- If a model was trained in epochs, \`evaluate --report\` shows its error over the epochs, which epoch was kept, and why training ended.
- \`--json\` prints one document; [cli-output.schema.json](cli-output.schema.json) describes it for every command. \`predict --jsonl\` prints one object per line as verdicts arrive. Its \`type\` is \`image\`, \`failure\` or \`skipped\`, and \`summary\` in the last line (\`predictLine\` in the schema). What it says of an image is what \`JSON.stringify\` makes of an inspection of the API (\`inspection\` in the schema), with \`file\` for the name.
- Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 an image is nok and \`--fail-on-nok\` is set, 130 after Ctrl-C. An image without a verdict is a failure, so 1 takes precedence over 3.
- After Ctrl-C, \`predict\` prints the results so far and how many images they cover. A second Ctrl-C stops at once, even inside the engine. On a GPU, the engine blocks the main thread: if a run hangs there, nothing is printed after the first Ctrl-C, and the exit code after the second is 137 instead of 130 (not on Windows; not for \`kill -INT\` of the process alone).
- Before any image is read, the command checks that it can write to \`--out\`, \`--report\`, \`--checkpoint\` and \`--save-input\`.
- Control characters in names and texts that come from files are shown escaped (\`\\n\`, \`\\x1b\`), in JSON as \`\\uXXXX\`.
- Damaged or truncated images are errors. With \`--accept-damaged\` their readable part is used, with a warning that says what is missing; the rest is gray or black.
- Files are written under a temporary name and then renamed, so no file is ever half-written; a report and its numbers are replaced together. Links are kept and the files that they point to are replaced; devices and pipes (\`/dev/null\`, \`/dev/stdout\`) are written to directly. Temporary files of a killed run are removed by the next write into the same folder.
- Only regular files are read, and their size is checked first; pipes and devices are refused at once.
- If the \`--cache\` folder is full or not writable, a warning says so and training continues without it.
- \`DATA\` is one of: a folder in the MVTec layout (\`train/good\`, \`test/good\`, \`test/DEFECT\`, \`ground_truth/DEFECT\`), including MVTec LOCO AD and MVTec AD 2 (\`test_public\` is the test split; \`test_private\` has no labels and is not used); a folder that contains \`good\` or \`ok\` beside other folders; or a CSV table with the columns image, label, mask, split, group.
- Paths in a CSV table are relative to the folder of the table, or to \`--image-dir\` and \`--mask-dir\`. If the data is a folder, these two options name the subfolders that hold the images and the masks; each image is labelled by the folder that contains it.
- Every file in a data set folder is accounted for. Files that are neither used nor known clutter (hidden files, previews, texts, tables) appear in the remarks of \`dataset\`, \`train\` and \`evaluate\`, together with what to do about them. If a file name has no known ending, its content decides. A mask has the name of its image, with \`_mask\`, \`_gt\` or \`_label\` (in any case) or without. Several masks of one image lie in a folder named after the image (\`ground_truth/DEFECT/NAME/000.png\`, as in MVTec LOCO AD) and are combined. Masks that lie beside images count as images; a remark names them.
- Entries that can be neither read nor listed (broken links, names that are not UTF-8) are failures: \`dataset\` lists them and exits with code 1. \`train\` and \`evaluate\` refuse them in the folders they take images from, just as they refuse images that cannot be decoded. With a CSV table, only the files that it names matter. \`dataset --json\` counts all files by what became of them (\`files\`).
- \`--backbone https://example.com/backbone.onnx#sha256=HEX\` downloads a published backbone, checks its SHA-256 and keeps it in \`ODDPIXEL_CACHE\` or the cache folder of the system, so that the next training needs no network. You can also put the file there yourself: if a download fails, the message says where.
- \`--device auto\` takes the first of CUDA, WebGPU and CPU that works and says which one it is. A device that you name is never replaced by another.
- Every file and folder below a folder given to \`predict\` is either inspected, skipped with a reason (\`skipped\`: hidden files, masks, files that are not images), or reported as failed (\`failures\`: broken links, names that are not UTF-8, files that cannot be read or decoded). A file that you name is inspected whatever its name; \`-\` is standard input. Patterns such as \`*.png\` work even if the shell does not expand them.
- \`predict --out\` keeps the subfolders of the images; if several folders are given, it keeps their names too. No two images share an output name, not even on file systems that ignore case: \`a.png\` and \`a.jpg\` keep their endings, and equal names are numbered. Everything in the output folder, and every file that ends in \`.map.png\`, \`.map.tiff\` or \`.overlay.png\`, counts as the output of an earlier run and is left out when a folder is inspected.
- \`predict --out\` writes \`NAME.overlay.png\` at the size of the image, and \`NAME.map.png\` or \`NAME.map.tiff\` at the size of the model input (the whole image, stretched as the model saw it; with \`--tile\` at the size of the image).
- An image of more than 10,000 tiles gets no verdict: use larger tiles or a smaller \`--overlap\`.
- \`predict --tile\` shows the model parts of an image. Train such a model on crops of the same size and scale as the tiles: a model trained on whole images, scaled down, finds tiles anomalous.
- Every command that opens a model compares the file with the SHA-256 stored in it and refuses a damaged file. \`info\` says \`verified\`, or \`unverified\` if the file has no hash because an older version or another tool wrote it. If another tool changed a model on purpose, remove the metadata entries \`oddpixel-sha256\` and \`oddpixel-sealed\`: then it opens, unverified.
- Every command that takes a model also takes a foreign ONNX model (with an anomaly map among its outputs and pixels in 0..1).
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
