import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  carriedBy,
  done,
  type Failed,
  failed,
  outsideTool,
  privately,
} from '../../agent/index.ts';
import { type CallDeps, type ConnectorCall, callConnector, isReading, METHODS, prepareCall } from './call.ts';
import type { FoundConnectors } from './folder.ts';
import { texts } from './texts.ts';

const LONGEST_MS = 300_000;
const MARGIN_MS = 15_000;
const MOST_RETRIES = 6;

const scalar = z.union([z.string().max(4_096), z.number(), z.boolean()]);

const hostOf = (base = ''): string => URL.parse(base)?.host ?? base;

/** Binds an approval to the address that it was shown with; the failure of a call that could not be sent. */
async function bindCall(
  deps: CallDeps,
  { connector, ...call }: ConnectorCall & { connector: string },
  { person, place }: Pick<CallContext, 'person' | 'place'>,
): Promise<string | Failed> {
  const prepared = await prepareCall(deps, connector, call, { personId: person.id, spaceId: place.space });
  return prepared.ok ? prepared.connector.hash : prepared;
}

export function connectorTools(deps: CallDeps, { connectors }: FoundConnectors): readonly AnyTool[] {
  const names = [...connectors.keys()].sort();
  if (names.length === 0) return [];
  // As the file is now: the approval binds to that, and the call goes there.
  const hostAt = (connector: string) => hostOf(deps.folders.read().connectors.get(connector)?.base_url);
  const lines = names.map((name) => texts.line(name, hostAt(name), connectors.get(name)?.description));
  return [
    outsideTool({
      name: 'connector_call',
      group: 'web',
      description: texts.tool(lines),
      effect: 'external',
      effectOf: ({ method }) => (isReading(method) ? 'fetch' : 'external'),
      does: ['web_read'],
      display: {
        as: 'name',
        text: ({ connector }) => texts.reading(connector),
        asks: ({ connector, ...call }) => [texts.asks(call, isReading(call.method)), { host: hostAt(connector) }],
      },
      policy: {
        critique: true,
        thingsIn: ({ connector }) => [{ kind: 'tool', name: connector, skill: 'connectors' }],
        binds: (input, ctx) => bindCall(deps, input, ctx),
      },
      record: { redact: privately('body') },
      input: z.object({
        connector: z.enum(names),
        method: z.enum(METHODS).default('GET'),
        path: z.string().max(2_048).default(''),
        query: z.record(z.string().min(1).max(200), scalar).optional(),
        body: z.unknown().optional().describe('JSON, or text; for POST, PUT, PATCH and DELETE.'),
      }),
      flow: {
        targets: ({ path, query = {}, body }) => [
          ...(path === '' ? [] : [path]),
          ...carriedBy(query),
          ...(body === undefined ? [] : carriedBy(body)),
        ],
        service: ({ connector }) => `connector ${connector}`,
      },
      timeoutOf: ({ connector }) => {
        const { timeout = LONGEST_MS, retries = MOST_RETRIES } = connectors.get(connector) ?? {};
        return (timeout + MARGIN_MS) * (retries + 1);
      },
      async run({ connector, ...call }, ctx) {
        const hash = deps.folders.read().connectors.get(connector)?.hash;
        if (ctx.approval.bound !== undefined && ctx.approval.bound !== hash)
          return failed('GONE', texts.changed(connector));
        const asker = { personId: ctx.person.id, spaceId: ctx.place.space, signal: ctx.signal };
        const answer = await callConnector(deps, connector, call, asker);
        if (!answer.ok) return answer;
        const { status, text } = answer;
        const head = texts.answered(connector, call.method, status, text.length);
        const note = status === 401 || status === 403 ? ` ${texts.refusesKey(connector)}` : '';
        return done(`${head}${note}`, { tainted: true, ...(text !== '' && { material: text }) });
      },
    }),
  ];
}
