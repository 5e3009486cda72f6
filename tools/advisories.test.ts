import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { askRegistry, judge } from './advisories.ts';

const hasPnpm = spawnSync('pnpm', ['--version'], { shell: process.platform === 'win32' }).status === 0;

function answer(severity: string, path: string): string {
  const advisory = { module_name: 'part', severity, title: 'Made up', url: 'https://example.com/1' };
  return JSON.stringify({ advisories: { 1: { ...advisory, findings: [{ paths: [path] }] } } });
}

describe('judge', () => {
  test.each([
    ['high', 'packages__runtime-node>part', 'affected'],
    ['critical', 'apps__cli>part', 'affected'],
    ['moderate', 'packages__runtime-node>part', 'clean'],
    ['high', 'bench>part', 'clean'],
  ])('an advisory of severity %s for %s: %s', (severity, path, outcome) => {
    expect(judge(answer(severity, path), '').outcome).toBe(outcome);
  });

  test('names the affected packages and a page with details', () => {
    expect(judge(answer('high', 'packages__eval>part'), '').lines).toContain(
      'high: part: Made up (https://example.com/1)',
    );
  });

  test('skips the check with a reason if the registry does not answer', () => {
    const { outcome, lines } = judge('', 'Error: ERR_PNPM_AUDIT_BAD_RESPONSE\n │ responded with 405');
    expect(outcome).toBe('skipped');
    expect(lines.join()).toContain('responded with 405');
  });
});

describe.skipIf(!hasPnpm)('a registry (skipped if pnpm is not on the path)', () => {
  async function ask(status: number, body: unknown): Promise<string> {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, listening));
    try {
      return (await askRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).outcome;
    } finally {
      server.close();
    }
  }
  const advisory = {
    id: 1,
    url: 'https://example.com/1',
    title: 'Made up',
    severity: 'high',
    vulnerable_versions: '>=0',
    cwe: [],
    cvss: { score: 8, vectorString: null },
  };

  test('without advisories counts as clean', async () => {
    expect(await ask(200, {})).toBe('clean');
  });
  test('with a serious advisory of a dependency counts as affected', async () => {
    expect(await ask(200, { sharp: [advisory] })).toBe('affected');
  });
  test('that refuses requests for advisories skips the check', async () => {
    expect(await ask(405, {})).toBe('skipped');
  });
});
