/** Imports point one way, go through doors, and keep each big library in its one room. */

/** Rooms by floor: a room may import what stands on an earlier line, nothing else. */
const FLOORS = [
  ['base'],
  ['config', 'time'],
  ['storage', 'bus', 'sandbox', 'egress'],
  ['media'],
  ['jobs', 'audit'],
  ['people', 'vectors'],
  ['trust', 'secrets'],
  ['delivery'],
  ['agent'],
  ['chat'],
  ['agent-skills', 'proposals', 'sign-in', 'setup'],
  ['english', 'skills', 'adapters'],
  ['app'],
  ['cli'],
];

const oneWay = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const beside = rooms.filter((other) => other !== room);
    const above = [...beside, ...FLOORS.slice(floor + 1).flat()];
    return {
      name: `one-way-${room}`,
      comment: `${room}/ stands below, or beside, what it imports here.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${above.join('|') || 'nothing'})/|^src/main\\.ts$` },
    };
  }),
);

/** Libraries that one place knows and nobody else. */
const KEPT = [
  { name: 'discord', library: 'discord\\.js|@discordjs', home: '^src/adapters/discord/' },
  { name: 'slack', library: '@slack', home: '^src/adapters/slack/' },
  { name: 'jose', library: 'jose', home: '^src/adapters/http/' },
  { name: 'dockerode', library: 'dockerode', home: '^src/sandbox/docker\\.ts$' },
  { name: 'postgres', library: 'pg|@electric-sql', home: '^src/storage/' },
  { name: 'undici', library: 'undici|ipaddr\\.js', home: '^src/egress/' },
  { name: 'playwright', library: 'playwright-core', home: '^src/skills/browser/' },
  { name: 'mcp', library: '@modelcontextprotocol', home: '^src/(skills/mcp/|cli/mcp\\.ts$)' },
  { name: 'embeddings', library: '@energetic-ai', home: '^src/vectors/' },
  { name: 'readers', library: 'css-select|htmlparser2|postal-mime', home: '^src/(media|skills/web/page)/' },
  { name: 'calendars', library: 'ical\\.js', home: '^src/media/readers/appointments\\.js$' },
  { name: 'redis', library: 'ioredis', home: '^src/bus/' },
  { name: 'cron', library: 'node-cron', home: '^src/time/rules/cron\\.ts$' },
];

const kept = KEPT.map(({ name, library, home }) => ({
  name: `kept-${name}`,
  comment: `Only ${home} knows this library.`,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: `(^|node_modules/)(@types/)?(${library})(/|$)` },
}));

const DOORS = [
  '^src/[^/]+/index\\.ts$',
  '^src/(skills|adapters)/[^/]+/index\\.ts$',
  // Declarations of operations: a command reads them without the rest of the room.
  '^src/(chat/operation|app/operations/index)\\.ts$',
];

/** The browser's application is a client like any other: what it knows of coda stands in the document of its API. */
const WEB = [
  {
    name: 'web-alone',
    comment: 'src/web/ runs in a browser, and imports nothing of the daemon.',
    severity: 'error',
    from: { path: '^src/web/' },
    to: { path: '^src/', pathNot: '^src/web/' },
  },
  {
    name: 'nothing-imports-web',
    comment: 'The daemon serves what is built of src/web/, and imports none of it.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/web/' },
    to: { path: '^src/web/' },
  },
];

module.exports = {
  forbidden: [
    ...oneWay,
    ...WEB,
    ...kept,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'through-the-door',
      comment: "Another room is entered through its index.ts; base/ has no door, it is everybody's.",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/base/', ...DOORS] },
    },
    {
      name: 'skills-and-adapters-stand-alone',
      comment: 'One skill or adapter reaches another only through a tool or a port.',
      severity: 'error',
      from: { path: '^src/(skills|adapters)/([^/]+)/' },
      to: { path: '^src/(skills|adapters)/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'english-is-a-room-of-its-own',
      comment: 'Only app/ names it, in one line, so that it can be deleted.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(english|app)/' },
      to: { path: '^src/english/' },
    },
    {
      name: 'main-is-thin',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(base|cli)/' },
    },
    {
      name: 'not-from-outside',
      comment: 'What is shipped imports neither tests nor benches nor scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'shipped-packages-only',
      comment: 'Only what stands under "dependencies" is there in an installed coda.',
      severity: 'error',
      // What runs in a browser is bundled, and needs no package where coda runs.
      from: { path: '^src/', pathNot: '^src/web/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build)/' },
    // A type imported against the direction is a dependency as well.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
