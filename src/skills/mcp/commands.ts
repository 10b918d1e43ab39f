/** The commands /mcp and /mcp-prompt. */
import { done, failed, type ToolResult } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { hashOfAll, type Offer } from './offer.ts';
import type { Server, Servers } from './servers.ts';
import { texts } from './texts.ts';

export function commands(servers: Servers): Command[] {
  return [
    {
      name: 'mcp',
      summary: 'Show the MCP servers; approve what has changed at one.',
      usage: '[approve SERVER]',
      ownerOnly: true,
      prepare: async (rest, { person }) => {
        const [verb, name = ''] = rest.split(/\s+/).filter(Boolean);
        const server = servers.get(name);
        if (verb === undefined) await servers.look();
        return verb === 'approve' && person.role === 'owner' && server ? inquest(servers, name, server) : undefined;
      },
      async run(rest, { person, prepared }) {
        const [verb, name, ...more] = rest.split(/\s+/).filter(Boolean);
        if (verb === undefined) return done(list(servers));
        if (verb !== 'approve' || name === undefined || more.length > 0) return failed('INVALID_INPUT', texts.usage);
        if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove);
        return (prepared as ToolResult | undefined) ?? failed('NOT_FOUND', texts.unknownServer(name));
      },
    },
    {
      name: 'mcp-prompt',
      summary: 'Begin with a prompt of an MCP server.',
      usage: '[SERVER NAME [arguments]]',
      run: async () => done(prompts(servers)),
    },
  ];
}

function list(servers: Servers): string {
  const lines = servers
    .all()
    .flatMap(([name, server]) => [
      texts.line(name, stateOf(server)),
      ...server.offers.flatMap((offer) => refusedOf(servers, offer.name)),
    ]);
  return lines.length === 0 ? texts.none : lines.join('\n');
}

/** Reasons for a tool that is left out. */
function refusedOf({ deps }: Servers, tool: string): string[] {
  const models = deps.refusedBy(tool);
  return models.length === 0 ? [] : [texts.refusedTool(tool, models)];
}

/** In a few words. */
export function stateOf({ connection: { state }, offers, waiting }: Server): string {
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
  const shown = waiting.map((offer, index) => ({
    tool: offer.name,
    state: changed.has(offer.tool) ? 'changed' : 'new',
    effect: offer.effect,
    description: isLong ? offer.description : `${offer.description}\n  \`${schemas[index]}\``,
  }));
  return done([texts.inquest(name, shown), ...(isLong ? [texts.inFile] : [])].join('\n'), {
    tainted: true,
    ...(isLong && { files: [await fileOf(artifacts, name, waiting)] }),
    choices: [{ label: texts.approve, style: 'primary', tool: 'mcp_approve', input }],
  });
}

/** Characters, of all schemas together. */
const LONGEST_SCHEMAS = 2_000;

async function fileOf(artifacts: Pick<Artifacts, 'put'>, server: string, offers: readonly Offer[]): Promise<FileRef> {
  const all = offers.map(({ name, description, schema, effect }) => ({ name, effect, description, input: schema }));
  const { size, hash } = await artifacts.put(Buffer.from(JSON.stringify(all, undefined, 2)));
  return { name: `${server.replace(/[^\w-]/g, '_').slice(0, 80)}-tools.json`, type: 'application/json', size, hash };
}

function prompts(servers: Servers): string {
  const lines = servers.all().flatMap(([name, { listing }]) =>
    listing.prompts.map((prompt) => {
      const words = prompt.arguments?.map((each) => (each.required ? `<${each.name}>` : `[${each.name}]`)) ?? [];
      return `- ${[name, prompt.name, ...words].join(' ')}`;
    }),
  );
  return lines.length === 0 ? texts.noPrompts : [texts.promptUsage, ...lines].join('\n');
}
