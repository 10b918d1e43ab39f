import { failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { splitTask } from '../../time/index.ts';
import { createTool } from './create.ts';
import { listTool } from './list.ts';
import type { WakeAt } from './reminder.ts';
import { texts } from './texts.ts';

export function commands(wakeAt: WakeAt): Command[] {
  const create = createTool(wakeAt);
  return [
    {
      name: 'remind',
      summary: 'Set a reminder.',
      usage: '<what and when>',
      options: [
        {
          name: 'when',
          description: 'In your own words: in 20 minutes, tomorrow at 9, every Monday at 8',
          required: true,
        },
        { name: 'text', description: 'What to remind you of', required: true },
      ],
      async run(rest, ctx) {
        if (rest === '') return failed('NO_TEXT', texts.noText.message, { remedy: texts.noText.remedy });
        const { when, task } = splitTask(rest);
        return create.run({ text: task.replace(/^(?:me )?to /i, ''), ...(when && { when }) }, ctx);
      },
    },
    {
      name: 'reminders',
      summary: 'List your reminders.',
      usage: '[pending|completed|all] [page]',
      options: [{ name: 'show', description: 'pending, completed, all, or a day', complete: shown }],
      private: true,
      run: (rest, ctx) => list(rest, ctx),
    },
  ];
}

/** What may be listed. */
async function shown(typed: string): Promise<string[]> {
  const known = ['pending', 'completed', 'all', 'today', 'tomorrow', 'this week', 'next week'];
  return known.filter((each) => each.startsWith(typed.toLowerCase().trim()));
}

async function list(rest: string, ctx: TxContext): Promise<ToolResult> {
  const words = rest.toLowerCase().split(/\s+/).filter(Boolean);
  const number = words.find((word) => /^\d{1,4}$/.test(word) && Number(word) > 0);
  const status = words.map(statusOf).find((one) => one !== undefined);
  const day = words.filter((word) => word !== number && !statusOf(word)).join(' ');
  return listTool.run({ status: status ?? 'pending', page: Number(number ?? 1), ...(day && { day }) }, ctx);
}

function statusOf(word: string): 'pending' | 'completed' | 'all' | undefined {
  if (/^(?:pending|open|due)$/.test(word)) return 'pending';
  if (/^(?:completed|done|finished)$/.test(word)) return 'completed';
  return word === 'all' ? 'all' : undefined;
}
