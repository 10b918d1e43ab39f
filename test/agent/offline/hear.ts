import type { Call, ModelEvent, ModelMessage, Phrase } from '../../../src/agent/index.ts';
import { offlineModel } from '../../../src/agent/models/offline/index.ts';
import { phrases as basics } from '../../../src/skills/basics/phrases.ts';
import { phrases as notes } from '../../../src/skills/notes/phrases.ts';
import { phrases as reminders } from '../../../src/skills/reminders/phrases/index.ts';

export const allPhrases: readonly Phrase[] = [...reminders, ...notes, ...basics];

const TOOLS = [
  'reminder_create reminder_list reminder_complete reminder_snooze reminder_edit reminder_delete',
  'note_save note_search note_list note_edit note_delete',
  'time_in date_of timezone_set timezone_show smalltalk help undo',
].flatMap((line) => line.split(' '));

/** What the offline model does with messages: the tools it calls and what it says. */
export async function respond(messages: ModelMessage[]): Promise<{ calls: Call[]; text: string; stop: string }> {
  const tools = TOOLS.map((name) => ({ name, description: '', schema: {} }));
  const request = { system: '', moving: '', messages, tools, maxTokens: 1_000 };
  const events: ModelEvent[] = [];
  for await (const event of offline.generate(request, new AbortController().signal)) events.push(event);
  return {
    calls: events.flatMap((event) =>
      event.type === 'call' ? [{ tool: event.call.name, input: event.call.input as Call['input'] }] : [],
    ),
    text: events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''),
    stop: events.flatMap((event) => (event.type === 'stop' ? [event.reason] : [])).join(),
  };
}

const offline = offlineModel(allPhrases);

export async function hear(text: string): Promise<Call[]> {
  return (await respond([{ role: 'user', text }])).calls;
}
