/** What an earlier visit stored. Anything that does not fit is ignored: the page starts afresh. */
import type { SavedProject } from '../protocol.ts';

export function parseProject(text: string): SavedProject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, images, scores, accepted } = value as Partial<Record<keyof SavedProject, unknown>>;
  const fits = version === 1 && Array.isArray(images) && Array.isArray(scores) && Array.isArray(accepted);
  return fits ? (value as SavedProject) : undefined;
}
