/** The cases that every backend must pass. Adapters for test runners: `./vitest`, `./node-test`. */
import type { BackendFactory } from '@oddpixel/contract';
import { runCase, type ConformanceCase } from './case.ts';
import { deviceCases } from './device-cases.ts';
import { errorCases } from './error-cases.ts';
import { queueCases } from './queue-cases.ts';
import { trainingCases } from './training-cases.ts';
import { valueCases } from './value-cases.ts';
export type { CaseContext, ConformanceCase, Need } from './case.ts';
export { runCase } from './case.ts';
export { ConformanceError } from './check.ts';

/** All cases, each by itself. */
export function cases(): readonly ConformanceCase[] {
  return [...valueCases, ...errorCases, ...queueCases, ...deviceCases, ...trainingCases];
}

export interface ConformanceSummary {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: Error }[];
  /** Only for capabilities that the backend declares false. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Runs all cases one after the other. Never rejects for a failing case. */
export async function runCases(factory: BackendFactory): Promise<ConformanceSummary> {
  const passed: string[] = [];
  const failed: { name: string; error: Error }[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const testCase of cases()) {
    const { name } = testCase;
    try {
      const outcome = await runCase(testCase, factory);
      if (outcome === 'passed') passed.push(name);
      else skipped.push({ name, reason: outcome.skipped });
    } catch (error) {
      failed.push({ name, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return { passed, failed, skipped };
}

/** The outcome in words: what ran, what was skipped and why, what failed and how. */
export function formatSummary({ passed, failed, skipped }: ConformanceSummary): string {
  const count = passed.length + failed.length;
  return [
    `${count} cases run, ${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ...skipped.map(({ name, reason }) => `skipped  ${name} (${reason})`),
    ...failed.map(({ name, error }) => `FAILED   ${name}\n         ${error.message}`),
  ].join('\n');
}
