import { z } from 'zod';
import { type Call, dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Command, SkillDeps } from '../../chat/index.ts';
import { setQuiet } from '../../people/index.ts';
import { parseWhen, type WhenContext } from '../../time/index.ts';
import { texts } from './texts.ts';

const TOOL = 'quiet_hours_set';
const SHOW = 'quiet_hours_show';
const SPAN = /^(?:from |between )?(.{1,20}?)\s*(?:-|–| to | and | until | till )\s*(.{1,20})$/i;
const OFF = /^(?:off|none|never|no)$/i;

export function setQuietTool(wakeAt: SkillDeps['work']['wakeAt']) {
  return dataTool({
    name: TOOL,
    group: 'settings',
    description:
      'Sets the hours in which only urgent reminders come ("22:00-07:00"), or "off". ' + "Pass the person's own words.",
    effect: 'write',
    input: z.object({ hours: z.string().min(1).max(60) }),
    run: async ({ hours }, ctx) => {
      const now = ctx.clock.now();
      // Held messages may be due.
      ctx.tx.afterCommit(() => wakeAt(now));
      return setHours(hours, ctx);
    },
  });
}

export const showQuietTool = dataTool({
  name: SHOW,
  description: 'Shows the hours in which only urgent reminders come.',
  effect: 'read',
  callers: 'buttons',
  input: z.object({}),
  run: async (_, { person, when }) => done(texts.quietShown(person.quiet, when)),
});

async function setHours(words: string, { tx, person, when }: TxContext): Promise<ToolResult> {
  const before = person.quiet ? `${person.quiet.from}-${person.quiet.to}` : 'off';
  const undo = { tool: TOOL, input: { hours: before }, label: texts.quietLabel };
  if (OFF.test(words.trim())) {
    await setQuiet(tx, person.id, undefined);
    return done(texts.quietOff(), { undo });
  }
  const [, from = '', to = ''] = SPAN.exec(words.trim()) ?? [];
  // Quiet hours span no more than half a day: "from 5 to 6" is an hour.
  const isShort = BARE.test(from) && BARE.test(to) && Number(from) < Number(to);
  const hours = { from: wallTime(from, when, 'pm'), to: wallTime(to, when, isShort ? 'pm' : 'am') };
  if (!hours.from || !hours.to || hours.from === hours.to) {
    const { message, remedy } = texts.noHours(words);
    return failed('NO_TIME', message, { remedy });
  }
  const { from: begin, to: end } = hours;
  await setQuiet(tx, person.id, { from: begin, to: end });
  return done(texts.quietSet(begin, end, when), { undo });
}

const BARE = /^\s*(?:[1-9]|1[0-2])\s*$/;

/** `HH:MM`; a bare hour of quiet begins in the evening and ends in the morning, and 12 is midnight. */
function wallTime(words: string, when: WhenContext, half: 'am' | 'pm'): string | undefined {
  const own = words.trim() === '12' ? 'am' : half;
  const time = parseWhen(BARE.test(words) ? `${words.trim()}${own}` : words, when);
  return time.kind === 'once' ? time.local.slice(11, 16) : undefined;
}

const set = (hours: string): Call => ({ tool: TOOL, input: { hours } });

export const quietCommand: Command = {
  name: 'quiet',
  topic: 'Here',
  summary: 'Show or set the hours in which only urgent reminders come.',
  overtakes: 'bare',
  usage: '[22:00-07:00|off]',
  options: [{ name: 'hours', description: 'Such as 22:00-07:00, or off' }],
  private: true,
  run: async (rest, ctx) => (rest === '' ? done(texts.quietShown(ctx.person.quiet, ctx.when)) : set(rest.slice(0, 60))),
};
