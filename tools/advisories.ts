/**
 * `pnpm check advisories`: no production dependency has a known advisory of high or critical severity. If the registry
 * does not answer, the step is skipped and reported as skipped; with `ODDPIXEL_ADVISORIES=required`, as for a release,
 * it fails then.
 */
import { execFile } from 'node:child_process';
import { repositoryRoot } from './repository.ts';

export interface Judgement {
  readonly outcome: 'clean' | 'affected' | 'skipped';
  readonly lines: readonly string[];
}

interface Advisory {
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
  /** By which packages of ours it is needed, such as `packages__runtime-node>sharp`. */
  readonly findings?: readonly { readonly paths: readonly string[] }[];
}

/** Needed by what is released, not by measurements and examples alone. */
function isReleased({ findings }: Advisory): boolean {
  const paths = findings?.flatMap((finding) => finding.paths) ?? [];
  return paths.length === 0 || paths.some((path) => /^(packages|apps)__/.test(path));
}

const serious: readonly string[] = ['high', 'critical'];

export async function checkAdvisories(): Promise<boolean> {
  const { outcome, lines } = await askRegistry();
  for (const line of lines) console.log(line);
  if (outcome !== 'skipped') return outcome === 'clean';
  return process.env['ODDPIXEL_ADVISORIES'] !== 'required';
}

/** @param registry default: the one that pnpm is set up for */
export function askRegistry(registry?: string): Promise<Judgement> {
  const args = ['audit', '--prod', '--json', ...(registry === undefined ? [] : [`--registry=${registry}`])];
  const options = { cwd: repositoryRoot, timeout: 120_000, shell: process.platform === 'win32' };
  return new Promise((resolve) => {
    execFile('pnpm', args, options, (error, stdout, stderr) => {
      resolve(judge(stdout, stderr || (error?.message ?? '')));
    });
  });
}

/** Turns the output of `pnpm audit --json` into a judgement. */
export function judge(stdout: string, stderr: string): Judgement {
  const advisories = advisoriesOf(stdout);
  if (advisories === undefined) {
    const reason = (stderr || stdout)
      .replaceAll(/[\s│]+/g, ' ')
      .trim()
      .slice(0, 300);
    return { outcome: 'skipped', lines: [`advisories: skipped, the registry does not answer: ${reason}`] };
  }
  const lines = advisories.map(
    ({ module_name: name, severity, title, url }) => `${severity}: ${name}: ${title} (${url})`,
  );
  const isAffected = advisories.some(({ severity }) => serious.includes(severity));
  const summary = `advisories: ${advisories.length} for production dependencies`;
  return { outcome: isAffected ? 'affected' : 'clean', lines: [...lines, summary] };
}

function advisoriesOf(text: string): readonly Advisory[] | undefined {
  try {
    const { advisories } = JSON.parse(text) as { advisories?: Record<string, Advisory> };
    return advisories && Object.values(advisories).filter(isReleased);
  } catch {
    return undefined;
  }
}
