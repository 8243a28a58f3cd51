// Imports point one way, types included: each layer may import itself and the layers named beside it.
const base = ['entities', 'errors', 'utils'];
// What the live side knows of exporters: their contract, whether they take lines, the queue before them, what their failures are,
// and how traces are sought, ordered and measured.
const contract =
  'exporters/(exporter|line-taking|export-queue|backlog|export-failure|match-trace|check-query|newest-first|trace-length)';
const doors = '^lib/(index|auto)\\.ts$';
const layers = {
  utils: [],
  errors: ['utils'],
  entities: ['errors', 'utils'],
  usage: base,
  conversation: ['usage', ...base],
  exporters: ['conversation', 'usage', ...base],
  tracing: ['usage', contract, ...base],
  decorators: ['tracing', 'usage', contract, ...base],
  settings: base,
  'choose-exporters': ['settings', 'exporters', ...base],
  init: ['choose-exporters', 'settings', 'decorators', 'tracing', 'usage', 'exporters', ...base],
  auto: ['index'],
};

const pathOf = (layer) => `^lib/${layer}(/|\\.ts$)`;

const arrows = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `lib/${layer} may import ${[layer, ...allowed].join(', ')} only.`,
  severity: 'error',
  from: { path: pathOf(layer) },
  to: { path: '^lib/', pathNot: [layer, ...allowed].map(pathOf) },
}));

// What stands behind one folder can be replaced by changing one folder.
const fences = [
  ['ky', '/ky/', ['^lib/exporters/mlflow/']],
  [
    'class-transformer',
    '/class-transformer/',
    ['^lib/entities/', '^lib/tracing/capture/class-(instance|transformer-internals)\\.ts$'],
  ],
  // class-transformer's @Type needs it, too.
  ['reflect-metadata', '/reflect-metadata/', ['^lib/decorators/', '^lib/entities/']],
  ['opentelemetry', '/@opentelemetry/', ['^lib/tracing/']],
  ['fs', '^(node:)?fs(/promises)?$', ['^lib/exporters/(file|mlflow)/', '^lib/exporters/spool/']],
].map(([name, to, from]) => ({
  name: `fence-${name}`,
  comment: `Only ${from.join(' and ')} may import ${name}.`,
  severity: 'error',
  from: { path: '^lib/', pathNot: from },
  to: { path: to },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...fences,
    {
      name: 'front-door',
      comment: 'index.ts is for users: inside, the file itself is imported. The other entry stands on top of it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/auto\\.ts$' },
      to: { path: '^lib/index\\.ts$' },
    },
    {
      name: 'samples-by-the-front-door',
      comment: 'Samples show what users can do: they know the package by its name.',
      severity: 'error',
      from: { path: '^samples/' },
      to: { path: '^(lib|spec|dist)/', pathNot: doors },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'A file that is not reached from a front door is not part of the library.',
      severity: 'error',
      from: { path: doors },
      to: { path: '^lib/', pathNot: doors, reachable: false },
    },
    {
      name: 'run-time-dependencies',
      comment: 'Users get dependencies and peers, nothing else.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown', 'undetermined'],
        dependencyTypesNot: ['npm', 'npm-peer'],
      },
    },
    {
      name: 'unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
