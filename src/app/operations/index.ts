/**
 * Families of the owner's operations, by the first word of the command. A family's file is loaded when it is called.
 */
import type { OperationFamily } from '../../chat/operation.ts';

export const families: Readonly<Record<string, OperationFamily>> = {
  mcp: {
    summary: 'be an MCP server on stdin and stdout: reminders, notes, memory, schedules (docs/mcp.md)',
    example: 'coda mcp --data /var/lib/coda',
    load: async () => (await import('../../skills/mcp/index.ts')).mcpOperations,
  },
  browser: {
    summary: 'the browser that models drive (docs/browser.md)',
    example: 'coda browser image',
    load: async () => (await import('../../skills/browser/index.ts')).browserOperations,
  },
  open: {
    summary: 'sign a browser in to the chat and the dashboard of the running daemon',
    isAlone: true,
    load: async () => (await import('./tokens.ts')).sessions,
  },
  health: {
    summary: 'tell by the exit status whether the daemon is well',
    isAlone: true,
    load: async () => (await import('./running.ts')).health,
  },
  status: {
    summary: 'show what the running daemon is doing',
    isAlone: true,
    load: async () => (await import('./running.ts')).status,
  },
  trace: {
    summary: "show one message's whole way, without what anybody wrote",
    isAlone: true,
    load: async () => (await import('./looking.ts')).trace,
  },
  cost: {
    summary: 'show what models have cost',
    isAlone: true,
    load: async () => (await import('../../skills/costs/index.ts')).costOperations,
  },
  migrate: {
    summary: "bring the database to this version's shape (run and chat do it by themselves)",
    isAlone: true,
    load: async () => (await import('./data.ts')).migrate,
  },
  upgrade: {
    summary: 'try the upgrade to this version on a copy of the data',
    isAlone: true,
    load: async () => (await import('./data.ts')).upgrade,
  },
  backup: {
    summary: 'write everything into one file, also while coda runs, and read it back',
    isAlone: true,
    load: async () => (await import('./data.ts')).backup,
  },
  restore: {
    summary: 'put a backup into an empty data folder or database',
    isAlone: true,
    load: async () => (await import('./data.ts')).restore,
  },
  storage: {
    summary: 'where the database is',
    example: 'coda storage move --to postgres://coda@localhost/coda',
    load: async () => (await import('./data.ts')).storage,
  },
  outbox: { summary: 'what could not be delivered', load: async () => (await import('./outbox.ts')).outbox },
  notify: {
    summary: 'have coda tell somebody something, once for each key',
    isAlone: true,
    load: async () => (await import('./notify.ts')).notify,
  },
  jobs: { summary: 'background jobs', load: async () => (await import('./jobs.ts')).jobs },
  schedule: {
    summary: 'runs of skills at an instant',
    example: 'coda schedule list --json',
    load: async () => (await import('./jobs.ts')).scheduledRuns,
  },
  schedules: {
    summary: 'what runs by itself',
    load: async () => (await import('../../skills/scheduler/index.ts')).scheduleOperations,
  },
  hooks: {
    summary: 'what programs may have coda do for a person',
    load: async () => (await import('../../skills/webhooks/index.ts')).hookOperations,
  },
  webhook: {
    summary: 'what programs send',
    load: async () => (await import('../../skills/webhooks/index.ts')).webhookOperations,
  },
  pair: {
    summary: 'let somebody in, by the code that coda gave them',
    example: 'coda pair <code>',
    isAlone: true,
    load: async () => (await import('./people.ts')).pair,
  },
  people: { summary: 'who is known, and who may do what', load: async () => (await import('./people.ts')).people },
  approvals: {
    summary: 'calls that wait for a decision',
    load: async () => (await import('./approvals.ts')).approvals,
  },
  audit: {
    summary: 'the log of what was done',
    example: 'coda audit verify',
    load: async () => (await import('./audit.ts')).audit,
  },
  tokens: { summary: 'what programs speak with over HTTP', load: async () => (await import('./tokens.ts')).tokens },
  secrets: { summary: 'values that skills are run with', load: async () => (await import('./secrets.ts')).secrets },
  memory: {
    summary: 'what coda remembers of people',
    load: async () => (await import('../../skills/memory/index.ts')).memoryOperations,
  },
  notes: {
    summary: 'notes as a folder of Markdown files',
    example: 'coda notes export ~/notes',
    load: async () => (await import('../../skills/notes/index.ts')).noteOperations,
  },
  skills: {
    summary: 'look at agent skills, and check them',
    example: 'coda skills list',
    load: async () => {
      const { folderOperations } = await import('../../agent-skills/index.ts');
      const { restingIn } = await import('../../skills/skill-market/index.ts');
      return [
        ...folderOperations(restingIn),
        ...(await (await import('../../skills/skill-trials/index.ts')).trialOperations()),
        ...(await (await import('../../skills/skill-runs/index.ts')).runOperations()),
      ];
    },
  },
  'skills market': {
    summary: 'skills that others publish in catalogs',
    example: 'coda skills market browse --catalog https://example.com/catalog.json',
    load: async () => (await import('../../skills/skill-market/index.ts')).marketOperations(),
  },
  ask: {
    summary: 'find the skills that a request is for, and with --execute run them',
    isAlone: true,
    load: async () => {
      const { httpConfig } = await import('../../adapters/http/index.ts');
      const { askOperations } = await import('../../skills/skill-runs/index.ts');
      return (await askOperations())(({ config }) => config.block(httpConfig));
    },
  },
  connectors: {
    summary: 'HTTP services for skills',
    example: 'coda connectors list',
    load: async () => {
      const { ownFolders } = await import('../../agent-skills/index.ts');
      const { connectorOperations } = await import('../../skills/connectors/index.ts');
      return connectorOperations(({ config, world }) => ownFolders(config, world.env));
    },
  },
  specialists: {
    summary: 'look at specialists, approve and check them',
    example: 'coda specialists list',
    load: async () => (await import('../../skills/specialists/index.ts')).specialistOperations,
  },
  config: {
    summary: 'look at the configuration',
    example: 'coda config check',
    load: async () => (await import('./config.ts')).config,
  },
};
