// The walls of the house: which room may know which. A room not named in its own list may not be imported from it, so a
// new arrow is a change of this file, with its reason in the commit.
const engineRooms = {
  loop: [],
  rule: ['loop'],
  plugin: ['loop', 'rule'],
  // The conditions of a loop's goals and exits are rules, and the machine checks the loop as a whole.
  machine: ['loop', 'rule', 'plugin'],
  store: ['loop', 'rule'],
  // The customer base speaks of customers, patches and merges in the SDK's own words.
  customers: ['loop', 'rule', 'plugin', 'store'],
  runner: ['loop', 'rule', 'plugin', 'machine', 'store', 'customers'],
  server: ['loop', 'rule', 'plugin', 'machine'],
};

const inRoom = (room) => `^packages/engine/src/${room}/`;
const inRooms = (rooms) => `^packages/engine/src/(${rooms.join('|')})/`;

// A test of a room may build what it tests with the rooms below it, on a real database.
const test = '[.]test[.]tsx?$';

const roomWalls = Object.entries(engineRooms).map(([room, allowed]) => ({
  name: `engine-${room}`,
  severity: 'error',
  comment: `engine/${room} knows ${allowed.length > 0 ? allowed.join(', ') : 'no other room'}. Hand in what it needs, or move the code.`,
  from: { path: inRoom(room), pathNot: test },
  to: { path: '^(packages|examples|tests)/', pathNot: inRooms([room, ...allowed]) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'Two files that import each other cannot be read, tested or replaced apart.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that leads nowhere, or past what a package exports, is an arrow that no wall can see.',
      from: {},
      to: { couldNotResolve: true },
    },
    ...roomWalls,
    {
      name: 'engine-imports-no-plugin',
      severity: 'error',
      comment: 'The engine loads the plugins that its configuration names; it never imports one. Its tests may.',
      from: { path: '^packages/engine/', pathNot: test },
      to: { path: '^(packages/(plugins|editor)|examples|tests)/' },
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      comment: 'The command line wires the rest together; nothing depends on it but the tests, benches and itself.',
      from: { path: '^(packages|examples)/', pathNot: ['^packages/engine/src/cli/', test] },
      to: { path: '^packages/engine/src/cli/' },
    },
    {
      name: 'plugins-use-the-sdk',
      severity: 'error',
      comment: "Built-in nodes use the public SDK alone: what they can do, a stranger's plugin can do.",
      from: { path: '^(packages/plugins|examples/plugins)/' },
      to: { path: '^packages/engine/', pathNot: '^packages/engine/src/(loop|rule|plugin)/(index|testing)[.]ts$' },
    },
    {
      name: 'a-plugin-knows-no-package-but-the-sdk',
      severity: 'error',
      comment: 'A plugin that reaches into the editor, the examples or the stories could not be published by itself.',
      from: { path: '^packages/plugins/' },
      to: { path: '^(packages/editor|examples|tests)/' },
    },
    {
      name: 'a-node-stands-alone',
      severity: 'error',
      comment: 'Two nodes share code through a shared folder of the package, not through each other.',
      from: { path: '^packages/plugins/src/(organize|segment|interact|collect|aliment|measure|flow)/([^/]+)/' },
      to: {
        path: '^packages/plugins/src/(organize|segment|interact|collect|aliment|measure|flow)/[^/]+/',
        pathNot: '^packages/plugins/src/$1/$2/',
      },
    },
    {
      name: 'editor-knows-loop-and-rule',
      severity: 'error',
      comment:
        'The editor knows node types only from what the server lists, and the engine only as loop and rule documents.',
      from: { path: '^packages/editor/' },
      to: {
        path: '^(packages/(engine|plugins)|examples|tests)/',
        pathNot: '^packages/engine/src/(loop|rule)/index[.]ts$',
      },
    },
    {
      name: 'editor-document-without-react',
      severity: 'error',
      comment: 'Edits are data: the document and its undo are tested without a browser.',
      from: { path: '^packages/editor/src/document/', pathNot: test },
      to: {
        path: [
          '^packages/editor/src/(canvas|palette|inspector|pages|api)/',
          'node_modules/(react|react-dom|@xyflow/react|@mantine)/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'browser-safe',
      severity: 'error',
      comment:
        'Loop and rule documents are read in the browser too: no Node module, no database, but for the SQL side of a rule.',
      from: { path: '^packages/engine/src/(loop|rule)/', pathNot: ['^packages/engine/src/rule/.*sql', test] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-relative-way-between-packages',
      severity: 'error',
      comment: "A package's exports are its walls: import it by its name.",
      from: { path: '^(packages|examples)/([^/]+)/' },
      to: { path: '^(packages|examples)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: "What a package uses stands in its own package.json, not in a neighbour's.",
      from: { path: '^(packages|examples)/', pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      comment: 'What runs may not lean on what is only there for tests.',
      from: { path: '^packages/(engine|plugins)/src/', pathNot: [test, '/testing([.]ts|/)'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'no-test-from-code',
      severity: 'error',
      comment: 'Code that runs does not import a test.',
      from: { pathNot: test },
      to: { path: test },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '[.]d[.]ts$'] },
    // Types are arrows too: a room that needs another's types knows that room.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: false,
  },
};
