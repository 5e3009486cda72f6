import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testBackend } from '@oddpixel/conformance/vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { customBackend } from './custom-backend.ts';

testBackend(customBackend());

test('the example is short, and the documentation shows it', () => {
  const code = readFileSync(new URL('custom-backend.ts', import.meta.url), 'utf8');
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  const page = readFileSync(join(repositoryRoot, 'docs', 'write-your-own-backend.md'), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${code}\`\`\``);
});
