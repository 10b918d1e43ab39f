/** Requests of people, and a household in which each of coda's own tools has something to act on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/root.ts';
import type { ModelServer } from '../../support/model-server/index.ts';
import type { Scene } from '../../support/model-server/scene.ts';
import { modelConfig } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';

export interface AskedFor {
  language: string;
  text: string;
  /** The tool that serves it, and one that is near to it and must not be met first. */
  tool: string;
  not: string;
  /** What the conversation has had before: a file was sent, a skill was activated. */
  state?: 'file' | 'skill';
}

export const requests: readonly AskedFor[] = readFileSync(
  join(packageRoot(), 'test/agent/requests/requests.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Arguments with which each tool has an effect here, time after time. */
export const INPUTS: Readonly<Record<string, unknown>> = {
  reminder_create: { text: 'call Cy', when: 'tomorrow at 9' },
  reminder_list: {},
  reminder_change: { which: 'call Bo', do: 'move', when: 'in 3 days at 9' },
  note_save: { text: 'the code is 4711' },
  note_search: { query: 'parking' },
  note_change: { which: 'parking', do: 'append', text: 'milk' },
  memory_save: { text: 'eats no nuts' },
  memory_search: { query: 'tea' },
  conversation_search: { words: 'heating' },
  schedule_create: { when: 'every day at 8', what: 'tell me a joke' },
  date_of: { date: '24 December' },
  web_search: { query: 'cup' },
  web_fetch: { url: 'https://example.com/about' },
  skill_activate: { name: 'data-analysis' },
  undo: {},
  attachment_find: { query: 'warranty' },
  attachment_read: { file: 'manual.txt', from: 1 },
  task_create: { title: 'summer party', steps: ['you: invite'] },
  task_change: { which: 'move house', do: 'edit', text: 'move house' },
  task_status: {},
  schedule_list: {},
  schedule_change: { which: 'poem', do: 'move', when: 'every day at 9' },
  routine_show: { name: 'briefing' },
  routine_switch: { name: 'briefing', on: true, when: 'every day at 7' },
  target_list: {},
  language_set: { language: 'German' },
  quiet_hours_set: { hours: '22:00-07:00' },
  reminder_edit: { which: 'call Bo', urgent: true },
  timezone_set: { zone: 'Berlin' },
  memory_change: { which: 'tea', do: 'correct', text: 'likes green tea' },
  memory_ignore: {},
  note_get: { which: 'parking' },
  audit_query: {},
  doctor_diagnose: {},
  skill_list: {},
  skill_search: { words: 'tables' },
  skill_delegate: { name: 'data-analysis', task: 'count' },
  skill_pipeline: { steps: ['data-analysis'], payload: 'a,b' },
  skill_read_resource: { name: 'data-analysis', path: 'SKILL.md' },
  specialist_list: {},
  specialist_spawn: { specialist: 'planner', task: 'plan the party' },
};

/** Tools whose effect lies outside, or that have nothing to act on here: that they answer for themselves is enough. */
const ANSWERS_ALONE: readonly string[] = [
  'web_search',
  'web_fetch',
  'undo',
  'skill_delegate',
  'skill_pipeline',
  'skill_read_resource',
];

interface Body {
  tools?: { name?: string; function?: { name: string } }[];
  messages: { role: string; content: unknown }[];
}

const namesIn = ({ tools = [] }: Body): string[] => tools.map(({ name, function: of }) => of?.name ?? name ?? '');

/** A coda whose model meets the tool of each request: at once where it is shown, else after asking for its group. */
class Household implements AsyncDisposable {
  readonly coda: Play;
  private readonly server: ModelServer;
  private said = 0;
  private wanted: { tool: string; group: string } | undefined;
  private calls: string[] = [];
  private isOffered = false;

  private constructor(coda: Play, server: ModelServer) {
    this.coda = coda;
    this.server = server;
    server.improvise = (body) => this.answer(body as unknown as Body);
  }

  static async begin(server: ModelServer, wire: 'openai' | 'anthropic', window: number): Promise<Household> {
    const model = wire === 'openai' ? 'gpt/own' : 'claude/own';
    const models = modelConfig(server, { default: model, light: model, fallbacks: [], context_tokens: window });
    const coda = await play({ config: { ...models, 'memory.auto': 'off' } });
    const house = new Household(coda, server);
    const ana = coda.person('ana');
    await ana.says('/remind tomorrow at 9 call Bo');
    await ana.says('/note parking is level 2');
    await ana.says('/task move house: pack, drive');
    await ana.says('/schedule every day at 8: tell me a poem');
    await house.meet({ tool: 'memory_save', text: 'I like tea' }, { text: 'likes tea' });
    return house;
  }

  /** Says the request in a conversation of its own; its calls in their order, and if its tool was shown at once. */
  async meet(
    { tool, text, state }: Pick<AskedFor, 'tool' | 'text' | 'state'>,
    input: unknown = INPUTS[tool],
  ): Promise<{ calls: readonly string[]; atOnce: boolean }> {
    const ana = this.coda.person('ana');
    await ana.says('/new');
    this.wanted = undefined;
    if (state === 'file') {
      const manual = Buffer.from('The warranty lasts 24 months.');
      await this.coda.sends('ana', manual, { name: 'manual.txt', type: 'text/plain', text: 'here' });
    }
    if (state === 'skill') await this.meetIn('skill_activate', 'use the data analysis skill', INPUTS.skill_activate);
    return this.meetIn(tool, text, input);
  }

  private async meetIn(tool: string, text: string, input: unknown) {
    this.calls = [];
    this.isOffered = false;
    this.input = input;
    this.wanted = { tool, group: this.groupOf(tool) };
    // The turn that began last is this one.
    await this.coda.passes({ seconds: 1 });
    await this.coda.person('ana').says(text);
    this.wanted = undefined;
    return { calls: [...this.calls], atOnce: this.isOffered };
  }

  private input: unknown;

  private groupOf(tool: string): string {
    return GROUP_OF[tool] ?? 'none';
  }

  private answer(body: Body): Scene | undefined {
    const { wanted } = this;
    if (!wanted || !body.tools) return { text: 'Fine.' };
    if (this.calls.includes(wanted.tool)) return { text: 'Done.' };
    const isShown = namesIn(body).includes(wanted.tool);
    if (this.calls.length === 0) this.isOffered = isShown;
    if (isShown || this.calls.length > 0) {
      this.calls.push(wanted.tool);
      return { calls: [{ id: `call_${++this.said}`, name: wanted.tool, input: this.input }] };
    }
    this.calls.push('more_tools');
    return { calls: [{ id: `call_${++this.said}`, name: 'more_tools', input: { group: wanted.group } }] };
  }

  /** Results and questions of the last turn's calls, as they stand in the database. */
  async outcomes(): Promise<
    { kind: string; tool: string; ok: boolean | null; code: string | null; message: string }[]
  > {
    const { rows } = await this.coda.database().read<{
      kind: string;
      tool: string;
      ok: boolean | null;
      code: string | null;
      message: string;
    }>(
      `with last as (select id from turns order by started_at desc limit 1),
            calls as (select c ->> 'id' as id, c ->> 'name' as tool
                        from steps s, jsonb_array_elements(s.payload -> 'calls') c
                       where s.turn_id = (select id from last) and s.kind = 'model' and s.path = '')
       select s.kind, calls.tool, (s.payload ->> 'ok')::boolean as ok, s.payload ->> 'code' as code,
              coalesce(s.payload ->> 'message', '') as message
         from steps s join calls on calls.id = s.call_id
        where s.turn_id = (select id from last) and s.kind in ('result', 'asked') and s.path = ''
        order by s.seq`,
    );
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.improvise = undefined;
    await this.coda[Symbol.asyncDispose]();
  }
}

/** The group that brings each tool, as its own text says. */
export const GROUP_OF: Readonly<Record<string, string>> = {
  attachment_find: 'files',
  attachment_read: 'files',
  task_create: 'tasks',
  task_change: 'tasks',
  task_status: 'tasks',
  schedule_list: 'schedules',
  schedule_change: 'schedules',
  routine_show: 'schedules',
  routine_switch: 'schedules',
  target_list: 'schedules',
  language_set: 'settings',
  quiet_hours_set: 'settings',
  reminder_edit: 'settings',
  timezone_set: 'settings',
  memory_change: 'memory',
  memory_ignore: 'memory',
  note_get: 'memory',
  audit_query: 'health',
  doctor_diagnose: 'health',
  skill_list: 'skills',
  skill_search: 'skills',
  skill_delegate: 'skills',
  skill_pipeline: 'skills',
  skill_read_resource: 'skills',
  specialist_list: 'specialists',
  specialist_spawn: 'specialists',
};

const WINDOWS = [64_000, 8_192, 4_096] as const;
const WIRES = ['openai', 'anthropic'] as const;
export const ROADS = WINDOWS.flatMap((window) => WIRES.map((wire) => [window, wire] as const));

/** Requests whose tool was not reached in two steps, or whose call came to nothing; with the number shown at once. */
const END_PARTIES = `update tasks set state = 'cancelled' where title = 'summer party'`;

export async function playAll(server: ModelServer, asked: readonly AskedFor[], [window, wire]: (typeof ROADS)[number]) {
  await using house = await Household.begin(server, wire, window);
  const failed: string[] = [];
  let atOnce = 0;
  for (const request of asked) {
    const met = await house.meet(request);
    if (met.atOnce) atOnce++;
    const outcome = (await house.outcomes()).findLast(({ tool }) => tool === request.tool);
    // So many may be unfinished, and no more.
    if (request.tool === 'task_create') await house.coda.database().run('test.end', END_PARTIES, []);
    // A question whether this is meant is an answer of the tool's.
    const isDone = outcome?.kind === 'asked' || outcome?.ok === true || outcome?.code === 'AMBIGUOUS';
    const isOwnAnswer =
      ANSWERS_ALONE.includes(request.tool) && outcome !== undefined && outcome.code !== 'UNKNOWN_TOOL';
    if (met.calls.length > 2 || !(isDone || isOwnAnswer)) {
      failed.push(`${request.text}: ${met.calls.join(', ')}: ${outcome?.code ?? 'nothing'} ${outcome?.message ?? ''}`);
    }
  }
  return { failed, atOnce };
}
