/** How every package of this workspace is built: one place for what the `tsup.config.ts` files share. */
import { defineConfig } from 'tsup';

type LibraryBuild = {
  readonly entry: Readonly<Record<string, string>>;
  readonly platform: 'browser' | 'neutral' | 'node';
  /** False keeps `node:` in import specifiers, for modules that exist only with it. */
  readonly removeNodeProtocol?: boolean | undefined;
};

/** Packages ship `src`, and their source maps point to it, so the maps need not repeat the sources. */
export function libraryBuild({ entry, platform, removeNodeProtocol }: LibraryBuild) {
  return defineConfig({
    entry: { ...entry },
    format: 'esm',
    target: 'es2022',
    platform,
    // Other packages of ours as they were built: reading their sources again would take most of the time.
    dts: { compilerOptions: { customConditions: [] } },
    sourcemap: true,
    clean: true,
    treeshake: true,
    removeNodeProtocol: removeNodeProtocol ?? true,
    esbuildOptions(options) {
      options.sourcesContent = false;
    },
  });
}
