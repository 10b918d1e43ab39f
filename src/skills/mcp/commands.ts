/** What a person can type: /mcp and /mcp-prompt. */
import { done, failed, type ToolResult } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import type { Command } from '../../chat/index.ts';
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
      async run(rest, { person }) {
        const [verb, name, ...more] = rest.split(/\s+/).filter(Boolean);
        if (verb === undefined) return done(list(servers));
        if (verb !== 'approve' || name === undefined || more.length > 0) return failed('INVALID_INPUT', texts.usage);
        if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove);
        const server = servers.get(name);
        return server ? inquest(name, server) : failed('NOT_FOUND', texts.unknownServer(name));
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
  const lines = servers.all().map(([name, server]) => texts.line(name, stateOf(server)));
  return lines.length === 0 ? texts.none : lines.join('\n');
}

/** In a few words. */
export function stateOf({ connection: { state }, offers, waiting }: Server): string {
  if (state.kind === 'ready') return texts.ready(offers.length, waiting.length);
  if (state.kind === 'resting') return texts.resting(offers.length);
  return 'why' in state ? state.why : texts.connecting;
}

/** All that waits, in the server's words; the button binds to exactly that. */
function inquest(name: string, { waiting, changed }: Server): ToolResult {
  if (waiting.length === 0) return done(texts.nothingWaits(name));
  const input = { server: name, hash: hashOfAll(waiting) };
  const shown = waiting.map((offer) => ({
    tool: offer.name,
    state: changed.has(offer.tool) ? 'changed' : 'new',
    effect: offer.effect,
    description: `${offer.description}\n  \`${schemaText(offer)}\``,
  }));
  return done(texts.inquest(name, shown), {
    tainted: true,
    choices: [{ label: texts.approve, style: 'primary', tool: 'mcp_approve', input }],
  });
}

const LONGEST_SCHEMA = 2_000;

const schemaText = ({ schema }: Offer) => shorten(JSON.stringify(schema).replaceAll('`', "'"), LONGEST_SCHEMA);

function prompts(servers: Servers): string {
  const lines = servers.all().flatMap(([name, { listing }]) =>
    listing.prompts.map((prompt) => {
      const words = prompt.arguments?.map((each) => (each.required ? `<${each.name}>` : `[${each.name}]`)) ?? [];
      return `- ${[name, prompt.name, ...words].join(' ')}`;
    }),
  );
  return lines.length === 0 ? texts.noPrompts : [texts.promptUsage, ...lines].join('\n');
}
