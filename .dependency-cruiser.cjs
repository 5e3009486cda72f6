/**
 * The dependency law: which room may import which. `pnpm check` enforces it.
 * `model-core` imports no package of ours; nothing imports an app or a sibling runtime.
 */
const ours = '^(packages|apps)/';

/** Rooms that stand on `model-core` alone. */
const rooms = ['preprocess', 'dataset', 'eval', 'conformance', 'runtime-kit'];

/** A room's production code; tests may use development helpers. */
const sources = (room) => ({ path: `^packages/${room}/src/`, pathNot: ['\\.test\\.ts$', '/testing/'] });

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle hides who depends on whom.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'model-core-stands-alone',
      severity: 'error',
      from: sources('model-core'),
      to: { path: ours, pathNot: '^packages/model-core/' },
    },
    ...rooms.map((room) => ({
      name: `${room.replace(/\W.*$/, '')}-imports-only-model-core`,
      severity: 'error',
      from: sources(`(${room})`),
      to: { path: ours, pathNot: ['^packages/model-core/', '^packages/$1/'] },
    })),
    {
      name: 'runtimes-import-model-core-and-runtime-kit',
      severity: 'error',
      from: sources('(runtime-(?:node|web))'),
      to: { path: ours, pathNot: ['^packages/(model-core|runtime-kit)/', '^packages/$1/'] },
    },
    {
      name: 'workflow-imports-pure-rooms',
      severity: 'error',
      from: sources('workflow'),
      to: { path: ours, pathNot: '^packages/(model-core|preprocess|dataset|eval|workflow)/' },
    },
    {
      name: 'initial-models-imports-nothing',
      severity: 'error',
      from: sources('initial-models'),
      to: { path: ours, pathNot: '^packages/initial-models/' },
    },
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
        path: '^packages/(model-core|preprocess|dataset|eval|workflow|runtime-kit|runtime-web|initial-models)/src/',
        pathNot: ['\\.test\\.ts$', '^packages/initial-models/src/(node|testing)/'],
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
