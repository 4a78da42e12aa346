/** Import borders of ARCHITECTURE.md, checked by npm run check. */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sdk-stands-alone',
      severity: 'error',
      from: { path: '^sdk/' },
      to: { path: '^(edge-functions|scripts|tests|examples|worker|doors)/' },
    },
    {
      name: 'sdk-nouns-use-the-border',
      comment:
        'Only internal/{rest,realtime,storage}.ts call supabase-js; client.ts makes it, auth.ts and auth-calls.ts are Auth.',
      severity: 'error',
      from: {
        path: '^sdk/src/',
        pathNot: '^sdk/src/(client|auth|auth-calls|internal/(rest|realtime|storage))\\.ts$',
      },
      to: { path: 'node_modules/@supabase/' },
    },
    {
      name: 'sdk-internals-know-no-nouns',
      comment: 'Types may flow down, code may not.',
      severity: 'error',
      from: { path: '^sdk/src/internal/' },
      to: {
        path: '^sdk/src/(client|channels|messages|members|users|auth|typing|index)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sdk-core-knows-no-react',
      severity: 'error',
      from: { path: '^sdk/src/', pathNot: '^sdk/src/react/' },
      to: { path: '^sdk/src/react/|node_modules/react' },
    },
    {
      name: 'sdk-react-carries-no-core',
      comment: 'An app has one copy of the SDK: the hooks get it from the app and know its types only.',
      severity: 'error',
      from: { path: '^sdk/src/react/' },
      to: { path: '^sdk/src/(?!react/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'functions-stand-alone',
      severity: 'error',
      from: { path: '^edge-functions/([^/]+)/' },
      to: { path: '^(sdk|scripts|tests|examples)/|^edge-functions/(?!_shared/|$1/)' },
    },
    {
      name: 'worker-stands-alone',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^(sdk|edge-functions|scripts|tests|examples)/' },
    },
    {
      name: 'stack-stands-alone',
      severity: 'error',
      from: { path: '^scripts/stack/' },
      to: { path: '^(sdk|edge-functions|tests|examples|worker)/|^scripts/(?!stack/)' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    {
      name: 'example-uses-the-public-sdk',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(edge-functions|scripts|tests)/|^sdk/src/(?!(react/)?index\\.ts$)' },
    },
    {
      name: 'nothing-imports-scripts',
      severity: 'error',
      from: { pathNot: '^(scripts|tests)/' },
      to: { path: '^scripts/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
