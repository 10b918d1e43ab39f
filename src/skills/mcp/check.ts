import { done, failed, keptTools, offerTools, type Toolbox, type ToolResult } from '../../agent/index.ts';
import { withTimeout } from '../../base/async.ts';
import { plural } from '../../base/text.ts';
import type { Command, HealthCheck, Verdict } from '../../chat/index.ts';
import { conversations, type FileRef } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { hashOfAll, type Offer } from './offer.ts';
import type { Server, Servers } from './servers.ts';
import { texts } from './texts.ts';

/** A check has ten seconds. */
const SETTLED_MS = 8_000;

export function serversCheck(servers: Servers): HealthCheck {
  return {
    name: 'mcp',
    async check() {
      const all = servers.listAll();
      if (all.length === 0) return { ok: true, severity: 'off', says: texts.none };
      await withTimeout(SETTLED_MS, Promise.all(all.map(([, { connection }]) => connection.whenSettled())));
      const now = servers.listAll();
      const [first, ...also] = now.flatMap(([name, server]) => verdictsOf(name, server));
      const tools = now.reduce((sum, [, { offers }]) => sum + offers.length, 0);
      return first ? { ...first, also } : { ok: true, says: texts.allReady(now.length, tools) };
    },
  };
}

/** Tells how many tools of MCP servers a model of this window is shown at once. */
export function toolsCheck(toolbox: Pick<Toolbox, 'specs'>, { deps: { window } }: Servers): HealthCheck {
  return {
    name: 'tools of servers',
    async check() {
      const specs = toolbox.specs({ role: 'owner' });
      const total = specs.filter(({ by }) => by !== undefined).length;
      const { names, hidden } = offerTools(specs, { kept: undefined, words: '', context: window() });
      if (hidden === 0) return { ok: true, says: `all ${plural(total, 'is', 'are')} shown to models` };
      return {
        ok: false,
        code: 'TOOLS_HIDDEN',
        severity: 'notice',
        says: `${names.length} of ${plural(total, 'is', 'are')} shown to a model at once, the nearest to what is asked; the others are found by more_tools`,
        remedy:
          'Nothing has to be done. mcp.servers.NAME.tools names the few that are wanted; a model with a larger window is shown more.',
      };
    },
  };
}

export function verdictsOf(name: string, server: Server): Verdict[] {
  const { state } = server.connection;
  const wrong = { ok: false, remedy: texts.checkRemedy } as const;
  if (state.kind === 'refused') return [{ ...wrong, code: 'MCP_REFUSED', says: state.why, remedy: state.remedy }];
  if (state.kind === 'signed-out')
    return [{ ...wrong, code: 'MCP_SIGN_IN', says: `${name}: ${state.why}`, remedy: state.remedy }];
  if (state.kind === 'away') {
    return [
      { ...wrong, code: 'MCP_AWAY', says: `${name}: ${state.why}`, ...(state.remedy && { remedy: state.remedy }) },
    ];
  }
  if (state.kind === 'connecting')
    return [{ ...wrong, code: 'MCP_AWAY', severity: 'notice', says: `${name}: ${stateOf(server)}` }];
  const waits: Verdict = {
    ok: false,
    code: 'MCP_CHANGED',
    severity: 'warning',
    says: `${name}: ${stateOf(server)}`,
    remedy: `An owner says /mcp approve ${name}.`,
  };
  return [
    ...(server.waiting.length > 0 ? [waits] : []),
    ...server.problems.map(
      (problem): Verdict => ({ ...wrong, code: 'MCP_TOOL', severity: 'notice', says: `${name}: ${problem}` }),
    ),
  ];
}

export function commands(servers: Servers): Command[] {
  return [
    {
      name: 'mcp',
      summary: 'Show the MCP servers; approve what has changed at one.',
      overtakes: 'bare',
      usage: '[approve SERVER]',
      ownerOnly: true,
      prepare: async (rest, { person }) => {
        const [verb, name = ''] = rest.split(/\s+/).filter(Boolean);
        const server = servers.get(name);
        if (verb === undefined) await servers.restartSignedIn();
        return verb === 'approve' && person.role === 'owner' && server ? inquest(servers, name, server) : undefined;
      },
      async run(rest, { tx, conversationId, person, prepared }) {
        const [verb, name, ...more] = rest.split(/\s+/).filter(Boolean);
        if (verb === undefined) {
          return done(list(servers, keptTools(await conversations.stateOf(tx, conversationId))));
        }
        if (verb !== 'approve' || name === undefined || more.length > 0) return failed('INVALID_INPUT', texts.usage);
        if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove);
        return (prepared as ToolResult | undefined) ?? failed('NOT_FOUND', texts.unknownServer(name));
      },
    },
    {
      name: 'mcp-prompt',
      summary: 'Begin with a prompt of an MCP server.',
      overtakes: true,
      usage: '[SERVER NAME [arguments]]',
      run: async () => done(prompts(servers)),
    },
  ];
}

/** `chosenTools`: the tools that came to this conversation. */
function list(servers: Servers, chosenTools: readonly string[] | undefined): string {
  const all = servers.listAll();
  const isChosen = all.some(([, { offers }]) => offers.some(({ name }) => chosenTools?.includes(name)));
  // Tools of coda alone came to the conversation: those of servers are all shown.
  const shownTools = isChosen ? chosenTools : undefined;
  const lines = all.flatMap(([name, server]) => [
    texts.line(name, stateOf(server) + shareOf(server, shownTools)),
    ...server.offers.flatMap((offer) => refusedOf(servers, offer.name)),
  ]);
  return lines.length === 0 ? texts.none : lines.join('\n');
}

function shareOf({ offers }: Server, shownTools: readonly string[] | undefined): string {
  const count = offers.filter(({ name }) => shownTools?.includes(name)).length;
  return shownTools === undefined || count === offers.length ? '' : texts.shownHere(count);
}

function refusedOf({ deps }: Servers, tool: string): string[] {
  const models = deps.refusedBy(tool);
  return models.length === 0 ? [] : [texts.refusedTool(tool, models)];
}

function stateOf({ connection: { state }, offers, waiting }: Server): string {
  if (state.kind === 'ready') return texts.ready(offers.length, waiting.length);
  if (state.kind === 'resting') return texts.resting(offers.length);
  return 'why' in state ? state.why : texts.connecting;
}

/** All that waits, in the server's words, long ones in a file; the button binds to exactly that. */
async function inquest(
  { deps: { artifacts } }: Servers,
  name: string,
  { waiting, changed }: Server,
): Promise<ToolResult> {
  if (waiting.length === 0) return done(texts.nothingWaits(name));
  const input = { server: name, hash: hashOfAll(waiting) };
  const schemas = waiting.map(({ schema }) => JSON.stringify(schema).replaceAll('`', "'"));
  const isLong = schemas.join('').length > LONGEST_SCHEMAS;
  const entries = waiting.map((offer, index) => ({
    tool: offer.name,
    state: changed.has(offer.tool) ? 'changed' : 'new',
    effect: offer.effect,
    description: isLong ? offer.description : `${offer.description}\n  \`${schemas[index]}\``,
  }));
  return done([texts.inquest(name, entries), ...(isLong ? [texts.inFile] : [])].join('\n'), {
    tainted: true,
    ...(isLong && { files: [await fileOf(artifacts, name, waiting)] }),
    choices: [{ label: texts.approve, style: 'primary', tool: 'mcp_approve', input }],
  });
}

const LONGEST_SCHEMAS = 2_000;

async function fileOf(artifacts: Pick<Artifacts, 'put'>, server: string, offers: readonly Offer[]): Promise<FileRef> {
  const all = offers.map(({ name, description, schema, effect }) => ({ name, effect, description, input: schema }));
  const { size, hash } = await artifacts.put(Buffer.from(JSON.stringify(all, undefined, 2)));
  return { name: `${server.replace(/[^\w-]/g, '_').slice(0, 80)}-tools.json`, type: 'application/json', size, hash };
}

function prompts(servers: Servers): string {
  const lines = servers.listAll().flatMap(([name, { listing }]) =>
    listing.prompts.map((prompt) => {
      const words = prompt.arguments?.map((each) => (each.required ? `<${each.name}>` : `[${each.name}]`)) ?? [];
      return `- ${[name, prompt.name, ...words].join(' ')}`;
    }),
  );
  return lines.length === 0 ? texts.noPrompts : [texts.promptUsage, ...lines].join('\n');
}
