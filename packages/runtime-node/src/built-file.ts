/** A built entry of this package: beside this file once built, in `dist` when the sources run. */
export function builtFile(name: string): URL {
  const fromSources = import.meta.url.endsWith('.ts');
  return new URL(fromSources ? `../dist/${name}` : `./${name}`, import.meta.url);
}
