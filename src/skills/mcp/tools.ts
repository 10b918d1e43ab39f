/** Tools for models and buttons: the servers' tools, their resources and prompts, and an owner's approval. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  dataTool,
  done,
  type Failed,
  failed,
  outsideTool,
  type ToolResult,
} from '../../agent/index.ts';
import { messageOf } from '../../base/errors.ts';
import { shorten } from '../../base/text.ts';
import type { ToolServers } from '../../chat/index.ts';
import { carriedBy } from './carried.ts';
import type { Prompt } from './connection.ts';
import { cleaned, type Offer } from './offer.ts';
import { callResult, materialOf, partOf, resultOf, textsOf } from './result.ts';
import type { Server, Servers } from './servers.ts';
import { NeedsSignIn } from './sign-in/provider.ts';
import { texts } from './texts.ts';
import { CLOSED, UNREADABLE } from './wire/messages.ts';

/** Beyond what a server has for a call: its start, and what its answer takes to be kept. */
const MARGIN_MS = 40_000;
const LONGEST_PROGRESS = 80;

/** All tools of the servers as they are now. */
export function serverTools(servers: Servers): readonly AnyTool[] {
  const all = servers.all();
  const having = (what: (server: Server) => boolean) => all.flatMap(([name, server]) => (what(server) ? name : []));
  const withResources = having(({ listing }) => listing.hasResources);
  const withPrompts = having(({ listing }) => listing.prompts.length > 0);
  return [
    ...all.flatMap(([name, { offers }]) => offers.map((offer) => toolOf(servers, name, offer))),
    ...(withResources.length > 0 ? [listTool(servers, withResources), readTool(servers, withResources)] : []),
    ...(withPrompts.length > 0 ? [promptTool(servers, withPrompts)] : []),
  ];
}

function toolOf(servers: Servers, server: string, { tool, name, description, schema, effect, hash }: Offer): AnyTool {
  const timeout = servers.get(server)?.connection.settings.timeout ?? 0;
  return outsideTool({
    ...{ name, description, schema, effect },
    spare: true,
    display: 'name',
    critique: true,
    input: z.record(z.string(), z.unknown()),
    targets: (input) => carriedBy(input, schema),
    service: () => serviceOf(server),
    // A person who says yes has seen what the server said of the tool then.
    binds: async () => hash,
    timeoutMs: timeout + MARGIN_MS,
    run: (input, ctx) =>
      asked(servers, server, ctx, async (client, connection) => {
        // It may have been started for this call, and have said something else of its tool than what was judged.
        const isOffered = servers.get(server)?.offers.some((offer) => offer.name === name && offer.hash === hash);
        if (!isOffered) return failed('NEEDS_APPROVAL', texts.isAnother(server, name));
        const params = { name: tool, arguments: input };
        const came = await connection.request(
          client,
          { method: 'tools/call', params },
          callResult,
          ctx.signal,
          (seen) => ctx.progress?.(progressOf(server, seen)),
        );
        return resultOf({ server, tool: name, ...keptBy(servers) }, came);
      }),
  });
}

/** Calls without a model: the same tools, and nothing that an owner has not approved. */
export function toolServers(servers: Servers): ToolServers {
  return {
    has: (server) => servers.get(server) !== undefined,
    async call({ server, tool, input }, signal) {
      let text: string | undefined;
      const result = await asked(servers, server, { signal }, async (client, connection) => {
        const isOffered = servers.get(server)?.offers.some((offer) => offer.tool === tool);
        if (!isOffered) return failed('NEEDS_APPROVAL', texts.notOffered(server, tool));
        const params = { name: tool, arguments: input };
        const came = await connection.request(client, { method: 'tools/call', params }, callResult, signal);
        const material = materialOf(keptBy(servers), textsOf(came));
        if (came.isError) return failed('REFUSED', texts.refused(server, tool, shorten(material, 500)));
        text = material;
        return done('');
      });
      if (text !== undefined) return { ok: true, text };
      if (result.ok)
        return { ok: false, message: `${result.text} ${result.material ?? ''}`.trim(), isTransient: false };
      const { code, message, remedy } = result;
      const isTransient = code === 'OUTCOME_UNKNOWN' || (code === 'UNAVAILABLE' && isComing(servers, server));
      return { ok: false, message: remedy === undefined ? message : `${message} ${remedy}`, isTransient };
    },
  };
}

/** False where somebody has to do something before the server can be there. */
function isComing(servers: Servers, server: string): boolean {
  const kind = servers.get(server)?.connection.state.kind;
  return kind !== 'refused' && kind !== 'signed-out';
}

/** Name of the service whose data is the person's own to any other. */
const serviceOf = (server: string) => `mcp ${server}`;

const keptBy = ({ deps: { artifacts, world } }: Servers) => ({ artifacts, secrets: world.secrets });

function progressOf(
  server: string,
  { progress, total, message }: { progress: number; total?: number | undefined; message?: string | undefined },
) {
  const share = total ? `${Math.round((100 * progress) / total)} %` : String(progress);
  return shorten(`${server}: ${message ? cleaned(message) : share}`, LONGEST_PROGRESS);
}

/** Asks a server; what goes wrong there is a value, in one sentence. */
async function asked(
  servers: Servers,
  server: string,
  { signal }: Pick<CallContext, 'signal'>,
  ask: (client: Client, connection: Server['connection']) => Promise<ToolResult>,
): Promise<ToolResult> {
  const connection = servers.get(server)?.connection;
  if (!connection) return failed('NOT_FOUND', texts.unknownServer(server));
  const client = await connection.client(signal);
  if (!client) return away(server, connection.state);
  try {
    return await ask(client, connection);
  } catch (error) {
    signal.throwIfAborted();
    // Refused before anything was done.
    if (error instanceof NeedsSignIn) return away(server, connection.state);
    return failureOf(servers, server, error);
  }
}

function away(server: string, state: Server['connection']['state']): Failed {
  if (state.kind === 'refused' || state.kind === 'signed-out')
    return failed('UNAVAILABLE', state.kind === 'refused' ? state.why : texts.away(server, state.why), {
      remedy: state.remedy,
    });
  const why = state.kind === 'away' ? state.why : texts.connecting;
  return failed('UNAVAILABLE', texts.away(server, why), { remedy: texts.awayRemedy });
}

const TIMED_OUT = -32_001;

/** The protocol's error. A server's own words are shown as untrusted ones. */
function failureOf(servers: Servers, server: string, error: unknown): ToolResult {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof z.core.$ZodError || code === UNREADABLE) return failed('MALFORMED', texts.unreadable(server));
  if (code === TIMED_OUT) return failed('OUTCOME_UNKNOWN', texts.tooSlow(server));
  const connection = servers.get(server)?.connection;
  if (code === CLOSED || connection?.state.kind !== 'ready') return failed('OUTCOME_UNKNOWN', texts.lost(server));
  const material = materialOf(keptBy(servers), [shorten(messageOf(error), 2_000)]);
  return done(texts.reported(server, 'the call'), { tainted: true, material });
}

const RESOURCES = z.looseObject({
  resources: z.array(z.unknown()).max(2_000).default([]),
  nextCursor: z.string().optional(),
});
const RESOURCE = z.object({ uri: z.string(), name: z.string().optional(), description: z.string().optional() });
const CONTENTS = z.looseObject({ contents: z.array(z.unknown()).max(100).default([]) });
const MESSAGES = z.looseObject({
  messages: z
    .array(z.object({ role: z.string(), content: z.unknown() }))
    .max(200)
    .default([]),
});

function listTool(servers: Servers, names: readonly string[]): AnyTool {
  return outsideTool({
    name: 'mcp_resources',
    description: 'Lists what an MCP server has to read, with addresses for mcp_resource_read.',
    effect: 'fetch',
    spare: true,
    input: z.object({
      server: z.enum(names),
      after: z.string().max(1_000).optional().describe('Where a long list goes on.'),
    }),
    targets: ({ after }) => (after === undefined ? [] : [after]),
    service: ({ server }) => serviceOf(server),
    run: ({ server, after }, ctx) =>
      asked(servers, server, ctx, async (client, connection) => {
        const params = after === undefined ? {} : { cursor: after };
        const came = await connection.request(client, { method: 'resources/list', params }, RESOURCES, ctx.signal);
        const found = came.resources.flatMap((each) => RESOURCE.safeParse(each).data ?? []);
        const lines = found.map(({ uri, name = '', description = '' }) => `${uri} ${name} ${description}`.trim());
        const { nextCursor } = came;
        if (nextCursor && nextCursor !== after) lines.push(`after: ${nextCursor}`);
        return done(texts.resources(server, found.length), {
          tainted: true,
          material: materialOf(keptBy(servers), [lines.join('\n')]),
        });
      }),
  });
}

function readTool(servers: Servers, names: readonly string[]): AnyTool {
  return outsideTool({
    name: 'mcp_resource_read',
    description: 'Reads a resource of an MCP server by its address.',
    effect: 'fetch',
    spare: true,
    input: z.object({ server: z.enum(names), uri: z.string().min(1).max(4_096) }),
    targets: ({ uri }) => [uri],
    service: ({ server }) => serviceOf(server),
    run: ({ server, uri }, ctx) =>
      asked(servers, server, ctx, async (client, connection) => {
        const came = await connection.request(
          client,
          { method: 'resources/read', params: { uri } },
          CONTENTS,
          ctx.signal,
        );
        return resultOf(
          { server, tool: 'mcp_resource_read', ...keptBy(servers) },
          { content: came.contents, isError: false },
        );
      }),
  });
}

/** Begins a turn where a person names a prompt. */
function promptTool(servers: Servers, names: readonly string[]): AnyTool {
  return outsideTool({
    name: 'mcp_prompt',
    description: 'Fetches a prompt of an MCP server, which the person has asked for by name: do what it says for them.',
    effect: 'fetch',
    spare: true,
    input: z.object({
      server: z.enum(names),
      name: z.string().min(1).max(200),
      arguments: z.record(z.string(), z.string()).default({}),
    }),
    targets: ({ name, arguments: given }) => [name, ...Object.values(given)],
    service: ({ server }) => serviceOf(server),
    run: ({ server, name, arguments: given }, ctx) =>
      asked(servers, server, ctx, async (client, connection) => {
        const prompt = servers.get(server)?.listing.prompts.find((each) => each.name === name);
        const known = prompt?.arguments?.map((argument) => argument.name) ?? [];
        const unknown = Object.keys(given).filter((key) => !known.includes(key));
        if (!prompt || unknown.length > 0) return failed('INVALID_INPUT', texts.noSuchPrompt(server, known));
        const params = { name, arguments: given };
        const came = await connection.request(client, { method: 'prompts/get', params }, MESSAGES, ctx.signal);
        const said = came.messages.map(({ role, content }) => {
          const part = partOf(content);
          return `${role}: ${'text' in part ? part.text : `[${part.type}]`}`;
        });
        return done(texts.prompt(server, name), { tainted: true, material: materialOf(keptBy(servers), said) });
      }),
  });
}

/** The call that `/mcp-prompt server name …` is; undefined where no server has such a prompt. */
export function promptCall(servers: Servers, rest: string) {
  const [, server = '', name = '', words = ''] = /^(\S+)\s+(\S+)\s*([\s\S]*)$/.exec(rest.trim()) ?? [];
  const prompt = servers.get(server)?.listing.prompts.find((each) => each.name === name);
  return prompt && { tool: 'mcp_prompt', input: { server, name, arguments: argumentsIn(prompt, words) } };
}

/** `key=value` pairs of the prompt's own arguments; other words are its first one. */
function argumentsIn({ arguments: known = [] }: Prompt, words: string): Record<string, string> {
  const given: Record<string, string> = {};
  const rest: string[] = [];
  for (const [, key, value, plain] of words.matchAll(/([\w-]+)=("[^"]*"|\S+)|(\S+)/g)) {
    if (key !== undefined && value !== undefined && known.some(({ name }) => name === key)) {
      given[key] = value.replace(/^"(.*)"$/s, '$1');
    } else rest.push(plain ?? `${key}=${value}`);
  }
  const free = known.find(({ name }) => given[name] === undefined);
  if (rest.length > 0 && free) given[free.name] = rest.join(' ');
  return given;
}

/** Tool of the button under changed descriptions: an owner approves exactly those. */
export function approveTool(servers: Servers): AnyTool {
  return dataTool({
    name: 'mcp_approve',
    description: 'Approves what an MCP server says of its tools now.',
    effect: 'write',
    hidden: true,
    approves: true,
    input: z.object({ server: z.string(), hash: z.string() }),
    async run({ server, hash }, { tx, person, clock }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove);
      const count = await servers.approve(tx, server, hash, { personId: person.id, now: clock.now() });
      return count === undefined ? failed('GONE', texts.changedMeanwhile(server)) : done(texts.approved(server, count));
    },
  });
}
