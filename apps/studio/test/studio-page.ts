/** The page as tests use it: by roles and names, as a person does. */
import type { BrowserContext, Page } from 'playwright-core';
import type { TestFile } from './pictures.ts';

export interface StudioPage {
  readonly page: Page;
  /** What the page complained about; tests expect it to be empty. */
  readonly complaints: readonly string[];
}

export async function openStudio(
  context: BrowserContext,
  url: string,
  query: string = '',
): Promise<StudioPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${url}${query}`);
  return { page, complaints };
}

/** Waits until the device is known. */
export async function untilStarted(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Device: (CPU|WebGPU)/ }).waitFor();
}

/** Waits until no job runs. */
export async function untilCalm(page: Page): Promise<void> {
  await page.waitForTimeout(100);
  await page.getByRole('region', { name: 'Work in progress' }).waitFor({ state: 'detached' });
}

export type InputName = 'teach-files' | 'inspect-files' | 'teach-folder' | 'model';

export async function give(page: Page, input: InputName, files: TestFile | TestFile[]): Promise<void> {
  await page.locator(`input[data-role="${input}"]`).first().setInputFiles(files);
  await untilCalm(page);
}

export async function goTo(page: Page, step: 'Teach' | 'Inspect' | 'Correct' | 'Take away'): Promise<void> {
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: step }).click();
}

/** What the gallery shows, from top to bottom. */
export async function galleryOf(page: Page): Promise<{ name: string; score: number; verdict: string }[]> {
  return page.locator('.gallery .card').evaluateAll((cards) =>
    cards.map((card) => ({
      name: card.querySelector('.card-open .visually-hidden')?.textContent?.replace('Open ', '') ?? '',
      score: Number(card.querySelector('.score')?.textContent),
      verdict: card.querySelector('.verdict')?.textContent ?? '',
    })),
  );
}

/** A file that a click makes the browser save. */
export async function downloadBy(page: Page, button: string | RegExp): Promise<Uint8Array> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const stream = await (await waiting).createReadStream();
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part as Uint8Array);
  return Uint8Array.from(Buffer.concat(parts));
}
