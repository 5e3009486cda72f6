/** Runs a measurement as a user does, for the tests: a process of its own, the document from its stdout. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@oddpixel/testing';

const script = fileURLToPath(new URL('../run.ts', import.meta.url));

export interface BenchRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runBench(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchRun> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@oddpixel/source', script, ...args],
    { cwd: repositoryRoot, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** The document that a run prints. @throws Error with its stderr if it fails. */
export async function documentOf(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<{ readonly document: unknown; readonly stderr: string }> {
  const { code, stdout, stderr } = await runBench(args, environment);
  if (code !== 0) throw new Error(`\`bench ${args.join(' ')}\` ended with code ${code}: ${stderr}`);
  return { document: JSON.parse(stdout), stderr };
}
