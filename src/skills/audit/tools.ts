import { z } from 'zod';
import { dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { type AuditFilter, findEntries, STATUSES, toolStats } from '../../audit/index.ts';
import * as texts from './texts.ts';

const HOUR_MS = 3_600_000;
const MOST_HOURS = 24 * 366;

const filter = z.object({
  tool: z.string().max(100).optional().describe('Only this tool or command.'),
  skill: z.string().max(100).optional().describe('Only tools of this skill.'),
  status: z.enum(STATUSES).optional(),
  hours: z.number().positive().max(MOST_HOURS).default(24).describe('How far back, from `until`.'),
  until: z.iso.datetime({ offset: true }).optional().describe('The end of the time asked for; now when left out.'),
});

const entries = filter.extend({ limit: z.int().min(1).max(200).default(50) });

export const queryTool = dataTool({
  name: 'audit_query',
  group: 'health',
  description: 'Shows what you did: calls of tools, commands, decisions and refusals, the newest first.',
  effect: 'read',
  callers: 'main-agent',
  form: {
    short: {
      input: entries.extend({ counts: z.boolean().optional().describe('Instead: how many calls, by tool.') }),
      takes: (input) => input.counts !== undefined,
      call: (asked) => {
        const { counts, limit, ...input } = asked as z.output<typeof entries> & { counts: boolean };
        return counts ? { tool: 'audit_stats', input } : { tool: 'audit_query', input: { ...input, limit } };
      },
    },
  },
  input: entries,

  async run({ limit, ...asked }, ctx) {
    if (!ctx.private) return notHere();
    const rows = await findEntries(ctx.tx, filterOf(asked, ctx), limit);
    if (rows.length === 0) return done(texts.nothing(asked.hours));
    const everybody = ctx.person.role === 'owner';
    const lines = rows.map((entry) => texts.line(entry, ctx.when, everybody));
    // Lines may quote arguments of others' calls, or of tainted ones.
    const tainted = rows.some(({ tainted, personId }) => tainted || personId !== ctx.person.id);
    return done([texts.entriesHeading(rows.length, asked.hours, limit), ...lines].join('\n'), { tainted });
  },
});

export const statsTool = dataTool({
  name: 'audit_stats',
  group: 'unshown',
  description: 'Counts your tool calls: how many, how many succeeded, the most used tools, errors by tool.',
  effect: 'read',
  callers: 'main-agent',
  input: filter,

  async run(asked, ctx) {
    if (!ctx.private) return notHere();
    const tools = await toolStats(ctx.tx, filterOf(asked, ctx));
    return done(tools.length === 0 ? texts.nothing(asked.hours) : texts.stats(tools, asked.hours));
  },
});

function filterOf(asked: z.output<typeof filter>, { person, clock }: TxContext): AuditFilter {
  const { hours, until, ...rest } = asked;
  // The entries of this instant belong to the time asked for.
  const to = until === undefined ? new Date(clock.now().getTime() + 1) : new Date(until);
  const from = new Date(to.getTime() - hours * HOUR_MS);
  return { ...rest, from, to, personId: person.role === 'owner' ? undefined : person.id };
}

const notHere = (): ToolResult => failed('NOT_HERE', texts.privateOnly());
