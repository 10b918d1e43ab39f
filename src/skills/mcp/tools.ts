import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  carriedBy,
  dataTool,
  done,
  type Failed,
  failed,
  outsideTool,
  type ToolResult,
} from '../../agent/index.ts';
import { unlessAborted } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { base64 } from '../../base/input.ts';
import type { Secrets } from '../../base/log.ts';
import { shorten, withoutHidden } from '../../base/text.ts';
import type { ToolServers } from '../../chat/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import { isPicture } from '../../sandbox/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { Prompt } from './connection.ts';
import type { Offer } from './offer.ts';
import type { Server, Servers } from './servers.ts';
import { NeedsSignIn } from './sign-in/provider.ts';
import { texts } from './texts.ts';
import { Refusal } from './wire/answers.ts';
import { BROKEN, CLOSED, REFUSED, SESSION_LOST, TIMED_OUT, UNREADABLE } from './wire/messages.ts';

/** Beyond what a server has for a call: its start, and what its answer takes to be kept. */
const MARGIN_MS = 40_000;
const LONGEST_PROGRESS = 80;

export function serverTools(servers: Servers): readonly AnyTool[] {
  const all = servers.listAll();
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
  const longestMs = Math.max(timeout, servers.deps.longestCallMs);
  return outsideTool({
    name,
    description,
    form: { schema, by: server },
    effect,
    display: { as: 'name' },
    policy: {
      critique: true,
      // A person who says yes has seen what the server said of the tool then.
      binds: async () => hash,
    },
    input: z.record(z.string(), z.unknown()),
    flow: { targets: (input) => carriedBy(input, schema), service: () => serviceOf(server) },
    timeoutMs: longestMs + MARGIN_MS,
    run: (input, ctx) =>
      callServer(servers, server, ctx, async (client, connection) => {
        // The server may have been started for this call, and have said something else of its tool than what was judged.
        const isOffered = servers.get(server)?.offers.some((offer) => offer.name === name && offer.hash === hash);
        if (!isOffered) return failed('NEEDS_APPROVAL', texts.isAnother(server, name));
        const params = { name: tool, arguments: input };
        const answer = await connection.request(
          client,
          { method: 'tools/call', params },
          callResult,
          ctx.signal,
          (progress) => ctx.turn.progress?.(progressOf(server, progress)),
        );
        return resultOf({ server, tool: name, ...keptBy(servers) }, answer);
      }),
  });
}

/** Calls without a model: nothing that an owner has not approved. */
export function toolServers(servers: Servers): ToolServers {
  return {
    skill: 'mcp',
    has: (server) => servers.get(server) !== undefined,
    findTool: (server, tool) => servers.get(server)?.offers.find((offer) => offer.tool === tool),
    async call({ server, tool, input }, signal, refuse) {
      let text: string | undefined;
      const result = await callServer(servers, server, { signal }, async (client, connection) => {
        const offer = servers.get(server)?.offers.find((each) => each.tool === tool);
        if (!offer) return failed('NEEDS_APPROVAL', texts.notOffered(server, tool));
        const refused = refuse?.(offer);
        if (refused) return refused;
        const params = { name: tool, arguments: input };
        const answer = await connection.request(client, { method: 'tools/call', params }, callResult, signal);
        const material = materialOf(keptBy(servers), textsOf(answer));
        if (answer.isError) return failed('REFUSED', texts.refused(server, tool, shorten(material, 500)));
        text = material;
        return done('');
      });
      if (text !== undefined) return { ok: true, text };
      if (result.ok)
        return {
          ok: false,
          message: `${result.text} ${result.material ?? ''}`.trim(),
          isTransient: false,
          mayHaveRun: false,
        };
      const { code, message, remedy } = result;
      const mayHaveRun = code === 'OUTCOME_UNKNOWN';
      const isTransient = mayHaveRun || (code === 'UNAVAILABLE' && isComing(servers, server));
      return { ok: false, message: remedy === undefined ? message : `${message} ${remedy}`, isTransient, mayHaveRun };
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
  return shorten(`${server}: ${message ? withoutHidden(message) : share}`, LONGEST_PROGRESS);
}

async function callServer(
  servers: Servers,
  server: string,
  { signal }: Pick<CallContext, 'signal'>,
  ask: (client: Client, connection: Server['connection']) => Promise<ToolResult>,
): Promise<ToolResult> {
  const connection = servers.get(server)?.connection;
  if (!connection) return failed('NOT_FOUND', texts.unknownServer(server));
  for (let isAgain = false; ; isAgain = true) {
    const client = await connection.client(signal);
    if (!client) return awayFailure(server, connection.state);
    try {
      return await ask(client, connection);
    } catch (error) {
      signal.throwIfAborted();
      // Refused before anything was done.
      if (error instanceof NeedsSignIn) return awayFailure(server, connection.state);
      if (isAgain || codeOf(error) !== SESSION_LOST) return failureOf(servers, server, error);
      // Not run, so that it can be called again without anybody noticing.
      await unlessAborted(signal, connection.renew(client));
    }
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

function awayFailure(server: string, state: Server['connection']['state']): Failed {
  if (state.kind === 'refused' || state.kind === 'signed-out')
    return failed('UNAVAILABLE', state.kind === 'refused' ? state.why : texts.away(server, state.why), {
      remedy: state.remedy,
    });
  const why = state.kind === 'away' ? state.why : texts.connecting;
  return failed('UNAVAILABLE', texts.away(server, why), { remedy: texts.awayRemedy });
}

/** The protocol's error. A server's own words are shown as untrusted ones. */
function failureOf(servers: Servers, server: string, error: unknown): ToolResult {
  const code = codeOf(error);
  if (error instanceof z.core.$ZodError || code === UNREADABLE) return failed('MALFORMED', texts.unreadable(server));
  if (code === TIMED_OUT) return failed('OUTCOME_UNKNOWN', texts.tooSlow(server));
  const connection = servers.get(server)?.connection;
  if (code === BROKEN && error instanceof Refusal) return failed('OUTCOME_UNKNOWN', texts.broken(server, error.status));
  const isRefused = code === REFUSED || code === SESSION_LOST;
  if (code === CLOSED || (connection?.state.kind !== 'ready' && !isRefused))
    return failed('OUTCOME_UNKNOWN', texts.lost(server));
  const material = materialOf(keptBy(servers), [shorten(messageOf(error), 2_000)]);
  return done(texts.reported(server), { tainted: true, material });
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
    group: 'servers',
    description: 'Lists what an MCP server has to read, with addresses for mcp_resource_read.',
    effect: 'fetch',
    display: { asks: () => [texts.asks.list] },
    input: z.object({
      server: z.enum(names),
      after: z.string().max(1_000).optional().describe('Where a long list goes on.'),
    }),
    flow: { targets: ({ after }) => (after === undefined ? [] : [after]), service: ({ server }) => serviceOf(server) },
    run: ({ server, after }, ctx) =>
      callServer(servers, server, ctx, async (client, connection) => {
        const params = after === undefined ? {} : { cursor: after };
        const answer = await connection.request(client, { method: 'resources/list', params }, RESOURCES, ctx.signal);
        const resources = answer.resources.flatMap((each) => RESOURCE.safeParse(each).data ?? []);
        const lines = resources.map(({ uri, name = '', description = '' }) => `${uri} ${name} ${description}`.trim());
        const { nextCursor } = answer;
        if (nextCursor && nextCursor !== after) lines.push(`after: ${nextCursor}`);
        return done(texts.resources(server, resources.length), {
          tainted: true,
          material: materialOf(keptBy(servers), [lines.join('\n')]),
        });
      }),
  });
}

function readTool(servers: Servers, names: readonly string[]): AnyTool {
  return outsideTool({
    name: 'mcp_resource_read',
    group: 'servers',
    description: 'Reads a resource of an MCP server by its address.',
    effect: 'fetch',
    display: { asks: () => [texts.asks.read] },
    input: z.object({ server: z.enum(names), uri: z.string().min(1).max(4_096) }),
    flow: { targets: ({ uri }) => [uri], service: ({ server }) => serviceOf(server) },
    run: ({ server, uri }, ctx) =>
      callServer(servers, server, ctx, async (client, connection) => {
        const answer = await connection.request(
          client,
          { method: 'resources/read', params: { uri } },
          CONTENTS,
          ctx.signal,
        );
        return resultOf(
          { server, tool: 'mcp_resource_read', ...keptBy(servers) },
          { content: answer.contents, isError: false },
        );
      }),
  });
}

function promptTool(servers: Servers, names: readonly string[]): AnyTool {
  return outsideTool({
    name: 'mcp_prompt',
    group: 'servers',
    description: 'Fetches a prompt of an MCP server, which the person has asked for by name: do what it says for them.',
    effect: 'fetch',
    display: { asks: ({ arguments: promptArguments }) => [texts.asks.prompt(Object.keys(promptArguments).length > 0)] },
    input: z.object({
      server: z.enum(names),
      name: z.string().min(1).max(200),
      arguments: z.record(z.string(), z.string()).default({}),
    }),
    flow: {
      targets: ({ server, name, arguments: promptArguments }) => [
        name,
        ...carriedBy(promptArguments, formOf(promptOf(servers, server, name))),
      ],
      service: ({ server }) => serviceOf(server),
    },
    run: ({ server, name, arguments: promptArguments }, ctx) =>
      callServer(servers, server, ctx, async (client, connection) => {
        const prompt = promptOf(servers, server, name);
        const argumentNames = prompt?.arguments?.map((argument) => argument.name) ?? [];
        const unknown = Object.keys(promptArguments).filter((key) => !argumentNames.includes(key));
        if (!prompt || unknown.length > 0) return failed('INVALID_INPUT', texts.noSuchPrompt(server, argumentNames));
        const params = { name, arguments: promptArguments };
        const answer = await connection.request(client, { method: 'prompts/get', params }, MESSAGES, ctx.signal);
        const lines = answer.messages.map(({ role, content }) => {
          const part = partOf(content);
          return `${role}: ${'text' in part ? part.text : `[${part.type}]`}`;
        });
        return done(texts.prompt(server, name), { tainted: true, material: materialOf(keptBy(servers), lines) });
      }),
  });
}

const promptOf = (servers: Servers, server: string, name: string): Prompt | undefined =>
  servers.get(server)?.listing.prompts.find((each) => each.name === name);

/** A prompt's arguments as a JSON Schema: their names are the server's own. */
const formOf = (prompt: Prompt | undefined) => ({
  properties: Object.fromEntries((prompt?.arguments ?? []).map(({ name }) => [name, {}])),
});

export function promptCall(servers: Servers, rest: string) {
  const [, server = '', name = '', words = ''] = /^(\S+)\s+(\S+)\s*([\s\S]*)$/.exec(rest.trim()) ?? [];
  const prompt = promptOf(servers, server, name);
  return prompt && { tool: 'mcp_prompt', input: { server, name, arguments: argumentsIn(prompt, words) } };
}

function argumentsIn({ arguments: parameters = [] }: Prompt, words: string): Record<string, string> {
  const argumentValues: Record<string, string> = {};
  const rest: string[] = [];
  for (const [, key, value, plain] of words.matchAll(/([\w-]+)=("[^"]*"|\S+)|(\S+)/g)) {
    if (key !== undefined && value !== undefined && parameters.some(({ name }) => name === key)) {
      argumentValues[key] = value.replace(/^"(.*)"$/s, '$1');
    } else rest.push(plain ?? `${key}=${value}`);
  }
  const free = parameters.find(({ name }) => argumentValues[name] === undefined);
  if (rest.length > 0 && free) argumentValues[free.name] = rest.join(' ');
  return argumentValues;
}

export function approveTool(servers: Servers): AnyTool {
  return dataTool({
    name: 'mcp_approve',
    description: 'Approves what an MCP server says of its tools now.',
    effect: 'write',
    callers: 'person',
    input: z.object({ server: z.string(), hash: z.string() }),
    async run({ server, hash }, { tx, person, clock }) {
      const count = await servers.approve(tx, server, hash, { personId: person.id, now: clock.now() });
      return count === undefined ? failed('GONE', texts.changedMeanwhile(server)) : done(texts.approved(server, count));
    },
  });
}

interface AnsweredCall {
  server: string;
  tool: string;
  artifacts: Pick<Artifacts, 'put'>;
  secrets: Secrets;
}

const callResult = z.looseObject({
  // A single piece is a list of one.
  content: z.preprocess(toList, z.array(z.unknown()).max(1_000)).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});

function toList(content: unknown): unknown {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return typeof content === 'object' && !Array.isArray(content) ? [content] : content;
}

const text = z.object({ text: z.string() });
const empty = z.object({ type: z.literal('text'), text: z.undefined() });
const type = z.string().max(100).optional().catch(undefined);
const bytes = z.object({ data: z.string(), mimeType: type });
const blob = z.object({ blob: z.string(), mimeType: type });
const link = z.object({ uri: z.string() });
const embedded = z.object({ resource: z.unknown() });

const DATA_URL = /^\s*data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/=\s]+)$/;

const MOST_FILES = 4;
const LONGEST = 150_000;

async function resultOf(answered: AnsweredCall, raw: z.output<typeof callResult>): Promise<ToolResult> {
  const { server, tool } = answered;
  const { content, isError } = raw;
  const lines = textsOf(raw);
  const fileParts = content.map(partOf).flatMap((part) => ('bytes' in part ? [part] : []));
  const files = await Promise.all(fileParts.slice(0, MOST_FILES).map((part, index) => fileOf(answered, part, index)));
  if (fileParts.length > MOST_FILES) lines.push(texts.tooManyFiles(fileParts.length - MOST_FILES));
  for (const { name, size } of files) lines.push(texts.file(name, size));
  const material = materialOf(answered, lines);
  const head = isError ? texts.reported(server, tool) : headOf(answered, material.length);
  return done(head, {
    tainted: true,
    ...(material !== '' && { material }),
    ...(files.length > 0 && { kept: files, pictures: files.filter(({ name }) => isPicture(name)) }),
  });
}

function textsOf({ content, structuredContent }: z.output<typeof callResult>): string[] {
  const lines = content.map(partOf).flatMap((part) => ('text' in part ? [part.text] : []));
  return lines.length === 0 && structuredContent !== undefined ? [JSON.stringify(structuredContent)] : lines;
}

/** Text of a server as a model is shown it: without what nobody sees, and without secrets of the configuration. */
function materialOf({ secrets }: Pick<AnsweredCall, 'secrets'>, lines: readonly string[]): string {
  const whole = secrets.hide(withoutHidden(lines.join('\n\n')));
  return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST)}\n${texts.cut(whole.length - LONGEST)}`;
}

function headOf({ server, tool }: AnsweredCall, characters: number): string {
  return characters === 0 ? texts.nothing(server, tool) : texts.answered(server, tool, characters);
}

type Part = { text: string } | FilePart;

interface FilePart {
  bytes: string;
  type: string;
}

function fileIn(data: string, mimeType?: string): FilePart | undefined {
  const [, named, inUrl] = DATA_URL.exec(data) ?? [];
  const base64Text = (inUrl ?? data).replace(/\s+/g, '');
  if (!base64.safeParse(base64Text).success) return undefined;
  return { bytes: base64Text, type: named ?? mimeType ?? 'application/octet-stream' };
}

function partOf(value: unknown): Part {
  const inside = embedded.safeParse(value);
  if (inside.success) return partOf(inside.data.resource);
  const plain = text.safeParse(value);
  if (plain.success) return pictureIn(plain.data.text) ?? { text: plain.data.text };
  if (empty.safeParse(value).success) return { text: '' };
  const [data, binary] = [bytes.safeParse(value).data, blob.safeParse(value).data];
  const file = (data && fileIn(data.data, data.mimeType)) ?? (binary && fileIn(binary.blob, binary.mimeType));
  if (file) return file;
  const linked = link.safeParse(value).data;
  if (linked) return pictureIn(linked.uri) ?? { text: linked.uri };
  return { text: shorten(JSON.stringify(value) ?? '', 1_000) };
}

function pictureIn(text: string): FilePart | undefined {
  return /^\s*data:image\//.test(text) ? fileIn(text) : undefined;
}

async function fileOf(
  { artifacts, tool }: AnsweredCall,
  { bytes: data, type }: FilePart,
  index: number,
): Promise<FileRef> {
  const stored = await artifacts.put(Buffer.from(data, 'base64'));
  const ending = /^image\/(png|jpeg|gif|webp)$/.exec(type.replace(/jpg$/, 'jpeg'))?.[1] ?? 'bin';
  const name = `${tool.replace(/[^\w-]/g, '_').slice(0, 80)}-${index + 1}.${ending}`;
  return { name, type, size: stored.size, hash: stored.hash };
}
