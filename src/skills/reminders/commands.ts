import { type Call, failed } from '../../agent/index.ts';
import { splitFlags } from '../../base/text.ts';
import { type Command, type CompletionContext, flagTwice } from '../../chat/index.ts';
import { readerOf } from '../../storage/index.ts';
import { isInOtherLanguage, slotsInOther, slotsOf, splitTask, type WhenContext } from '../../time/index.ts';
import { delivery } from './fields/fields.ts';
import { texts as fieldTexts } from './fields/texts.ts';
import { MOST_PENDING } from './limits.ts';
import { parsePutOff } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

export function commands(): Command[] {
  return [
    {
      name: 'remind',
      topic: 'Reminders',
      summary: 'Set a reminder.',
      hookable: true,
      usage: `<what and when> ${delivery.usage}`,
      options: [
        {
          name: 'when',
          description: 'In your own words: in 20 minutes, tomorrow at 9, every Monday at 8',
          required: true,
        },
        { name: 'text', description: 'What to remind you of', required: true },
      ],
      async run(line, ctx) {
        // Other flags belong to the text ("run npm test --watch"), and in a webhook's words all do.
        const { words: rest, flags, twice } = splitFlags(line, ctx.tainted ? [] : delivery.flags);
        if (twice !== undefined) return failed('INVALID_INPUT', flagTwice(twice));
        if (rest === '') return failed('NO_TEXT', texts.noText);
        const how = delivery.readFlags(flags);
        if ('ok' in how) return how;
        if (how.escalate && ctx.request.origin !== 'person') return failed('DENIED', fieldTexts.escalatedByPerson);
        const { when, task } = twoLines(rest, ctx.when) ?? slotsOf(rest, ctx.when);
        return { tool: 'reminder_create', input: { text: task, ...(when && { when }), ...how } };
      },
    },
    {
      name: 'reminders',
      topic: 'Reminders',
      summary: 'List your reminders.',
      overtakes: true,
      usage: '[pending|completed|all] [page]',
      options: [{ name: 'show', description: 'pending, completed, all, or a day', complete: offerChoices }],
      private: true,
      run: async (rest) => listCall(rest),
    },
    {
      name: 'done',
      topic: 'Reminders',
      summary: 'Mark a reminder as done.',
      usage: '[which]',
      options: [{ name: 'reminder', description: 'Left out, the one that just spoke', complete: pendingOnes }],
      private: true,
      run: async (rest) => ({ tool: 'reminder_complete', input: { which: rest } }),
    },
    {
      name: 'snooze',
      topic: 'Reminders',
      summary: 'Put a reminder off.',
      usage: '[how long or until when] [which]',
      options: [
        { name: 'when', description: '10 minutes, until Friday at 9', required: true },
        { name: 'reminder', description: 'Left out, the one that just spoke', complete: pendingOnes },
      ],
      private: true,
      run: async (rest, { when }) => ({ tool: 'reminder_snooze', input: snoozeInput(rest, when) }),
    },
  ];
}

/** A line that says a time and nothing else, and below it the words: these are kept as they are. */
function twoLines(rest: string, when: WhenContext): { when: string; task: string } | undefined {
  const [first = '', ...lines] = rest.split('\n');
  const text = lines.join('\n').trim();
  if (text === '') return undefined;
  const isTime = isInOtherLanguage(first) || splitTask(first, when).task === '';
  return isTime ? { when: first.trim(), task: text } : undefined;
}

const MOST_WORDS = 60;

/** The longest beginning, else the longest end, that says a time; what is left says which reminder. */
function snoozeInput(rest: string, context: WhenContext): { which: string; when?: string } {
  const words = rest.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  const says = (some: string[]) =>
    some.length > 0 && parsePutOff(some.join(' '), context.now, context).kind !== 'reject';
  const [first = '', ...below] = rest.split('\n');
  if (below.length > 0 && (says([first]) || isInOtherLanguage(first))) return { when: first, which: below.join(' ') };
  const other = slotsInOther(rest, context);
  if (other) return { when: other.when, which: other.task };
  if (isInOtherLanguage(rest)) return { when: rest, which: '' };
  for (let cut = words.length; cut > 0; cut--) {
    const [head, tail] = [words.slice(0, cut), words.slice(cut)];
    if (says(head)) return { when: head.join(' '), which: tail.join(' ') };
  }
  for (let cut = 1; cut < words.length; cut++) {
    const [head, tail] = [words.slice(0, cut), words.slice(cut)];
    if (says(tail)) return { when: tail.join(' '), which: head.join(' ') };
  }
  return { which: rest };
}

const MOST_OFFERED = 25;
const LONGEST_OFFERED = 90;

async function pendingOnes(typed: string, { person, database }: CompletionContext): Promise<string[]> {
  if (!person) return [];
  const query = { personId: person.id, status: 'pending', limit: MOST_PENDING, offset: 0 } as const;
  const pending = await store.readPage(readerOf(database), query);
  const wanted = typed.toLowerCase().trim();
  return pending
    .map(({ text }) => firstWords(text.replace(/\s+/g, ' ').trim()))
    .filter((text) => text.toLowerCase().includes(wanted))
    .slice(0, MOST_OFFERED);
}

/** Whole words only: they are looked for when they come back. */
function firstWords(text: string): string {
  if (text.length <= LONGEST_OFFERED) return text;
  return text.slice(0, text.lastIndexOf(' ', LONGEST_OFFERED) + 1 || LONGEST_OFFERED).trim();
}

async function offerChoices(typed: string): Promise<string[]> {
  const suggestions = ['pending', 'completed', 'all', 'today', 'tomorrow', 'this week', 'next week'];
  return suggestions.filter((each) => each.startsWith(typed.toLowerCase().trim()));
}

function listCall(rest: string): Call {
  const words = rest.toLowerCase().split(/\s+/).filter(Boolean);
  const number = words.find((word) => /^\d{1,4}$/.test(word) && Number(word) > 0);
  const status = words.map(statusOf).find((one) => one !== undefined);
  const day = words.filter((word) => word !== number && !statusOf(word)).join(' ');
  const input = { status: status ?? 'pending', page: Number(number ?? 1), ...(day && { day: day.slice(0, 100) }) };
  return { tool: 'reminder_list', input };
}

function statusOf(word: string): 'pending' | 'completed' | 'all' | undefined {
  if (/^(?:pending|open|due)$/.test(word)) return 'pending';
  if (/^(?:completed|done|finished)$/.test(word)) return 'completed';
  return word === 'all' ? 'all' : undefined;
}
