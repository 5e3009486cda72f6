/** Enforces the dependency law of tools/law.cjs. `pnpm check` runs it. */
const { inside, law } = require('./tools/law.cjs');

const ours = '^(packages|apps)/';

const rooms = Object.entries(law).filter(([, { imports }]) => imports !== 'anything');

/** A room's production code; tests may use development helpers. */
const sources = (place, folder = '/src') => ({
  path: `^packages/${place}${folder}/`,
  pathNot: ['\\.test\\.ts$', '/test/'],
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle hides who depends on whom.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...rooms.map(([room, { imports }]) => ({
      name: `${room}-imports-${imports.join('-') || 'nothing'}`,
      severity: 'error',
      from: sources(room),
      to: { path: ours, pathNot: [room, ...imports].map((allowed) => `^packages/${allowed}/`) },
    })),
    ...Object.entries(inside).flatMap(([room, folders]) =>
      Object.entries(folders).map(([folder, imports]) => ({
        name: `${room}-${folder}-imports-${imports.join('-') || 'nothing'}`,
        severity: 'error',
        from: sources(`${room}/src/${folder}`, ''),
        to: {
          path: `^packages/${room}/src/[^/]+/`,
          pathNot: [folder, ...imports].map((allowed) => `^packages/${room}/src/${allowed}/`),
        },
      })),
    ),
    {
      name: 'nothing-imports-an-app',
      severity: 'error',
      from: { pathNot: '^apps/' },
      to: { path: '^apps/' },
    },
    {
      name: 'nothing-imports-a-measurement',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'pure-rooms-touch-no-host',
      comment: 'Packages that must run in browsers import nothing of Node.',
      severity: 'error',
      from: {
        path: '^packages/(contract|graph|model-core|preprocess|dataset|images|remote|eval|workflow|runtime-ort|runtime-web|backbones)/src/',
        pathNot: ['\\.test\\.ts$', '^packages/backbones/src/node/'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      // Packages of the workspace resolve to their sources, which are no npm packages; pnpm itself links only declared ones.
      to: {
        pathNot: '^(packages|apps|tools)/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|fuzz)/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@oddpixel/source', 'import', 'types', 'default'],
    },
    tsPreCompilationDeps: true,
  },
};
