/** The form of a schedule: words that coda acts on, or something that is looked at and told by a rule. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { paths } from '../api/schema.d.ts';
import type { Json } from '../api/types.ts';
import { tellChange } from '../app/change.ts';
import { Question } from '../parts/dialog.tsx';
import { Area, Field, Select } from '../parts/field.tsx';

type Schedule = Json<'/v1/schedules/{id}'>;
type Watch = NonNullable<Schedule['watch']>;
type Source = Watch['source'];
type State = Watch['rule']['is'];

interface Draft {
  kind: 'words' | Source['kind'];
  /** Words, or the address or name of what is looked at. */
  what: string;
  /** Arguments of a script, words of a page, minutes of a calendar. */
  more: string;
  when: string;
  is: State;
  /** Words or number of the state. */
  value: string;
  told: 'once' | 'digest' | 'seen';
  /** The time of a digest, or between two repetitions. */
  at: string;
  escalate: string;
  urgent: boolean;
}

interface QuestionProps {
  schedule?: Schedule;
  loaded: { reload: () => void };
  onClose: () => void;
}

export function ScheduleQuestion({ schedule, loaded: { reload }, onClose }: QuestionProps) {
  const [draft, setDraft] = useState(() => draftOf(schedule));
  const set = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const save = async () => {
    if (!schedule) return tellChange(reload, ask(api.POST('/v1/schedules', { body: newBody(draft) })));
    const body = changeBody(schedule, draft);
    if (Object.keys(body).length === 0) return;
    const params = { path: { id: schedule.id } };
    await tellChange(reload, ask(api.PATCH('/v1/schedules/{id}', { params, body })));
  };
  const isRule = draft.kind !== 'words';
  return (
    <Question
      title={schedule ? 'Change the schedule' : 'New schedule'}
      yes={schedule ? 'Save' : 'Plan it'}
      onClose={onClose}
      onYes={save}
    >
      {!schedule && <WhatFields draft={draft} set={set} />}
      {schedule && !isRule && schedule.run === null && (
        <Area label={KINDS.words.what} value={draft.what} onValue={(what) => set({ what })} isFirst />
      )}
      {draft.kind !== 'hook' && (
        <Field
          label={schedule ? 'When, if it is another time' : isRule ? 'How often' : 'When'}
          value={draft.when}
          onValue={(when) => set({ when })}
          required={schedule === undefined}
          placeholder={schedule?.repeats ?? (isRule ? 'every hour' : 'every weekday at 8')}
        />
      )}
      {isRule && <RuleFields draft={draft} set={set} />}
      {isRule && <TellingFields draft={draft} set={set} />}
    </Question>
  );
}

interface FieldsProps {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
}

const KINDS: Readonly<Record<Draft['kind'], { name: string; what: string; example?: string; more?: string }>> = {
  words: { name: 'something in your words', what: 'What is to be done then' },
  script: { name: 'runs a script', what: 'Script', example: 'house/disk-check', more: 'Arguments' },
  web_watch: { name: 'reads a page', what: 'Address', example: 'https://…', more: 'Only paragraphs with' },
  feed: { name: 'reads a feed', what: 'Address', example: 'https://…' },
  appointment: { name: 'reads a calendar', what: 'Address', example: 'https://…', more: 'Minutes before' },
  file: { name: 'reads a file of a skill', what: 'File', example: 'house/backup.log' },
  hook: { name: 'looks at what a webhook is sent', what: 'Webhook and field', example: 'washer.power' },
  mcp: { name: 'asks a tool of an MCP server', what: 'Server and tool', example: 'ci build_status' },
};

function WhatFields({ draft: { kind, what, more }, set }: FieldsProps) {
  const { what: label, example, more: also } = KINDS[kind];
  return (
    <>
      <Select label="coda does" value={kind} onValue={(value) => set({ kind: value as Draft['kind'] })}>
        {Object.entries(KINDS).map(([value, { name }]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
      {kind === 'words' ? (
        <Area label={label} value={what} onValue={(value) => set({ what: value })} isFirst />
      ) : (
        <Field label={label} value={what} onValue={(value) => set({ what: value })} placeholder={example} required />
      )}
      {also !== undefined && <Field label={also} value={more} onValue={(value) => set({ more: value })} />}
    </>
  );
}

const STATES: Readonly<Record<State, { name: string; value?: string }>> = {
  anything: { name: 'what is new' },
  changed: { name: 'when it has changed' },
  contains: { name: 'when it contains', value: 'Words' },
  lacks: { name: 'when it does not contain', value: 'Words' },
  above: { name: 'when its number is above', value: 'Number' },
  below: { name: 'when its number is below', value: 'Number' },
};

function RuleFields({ draft: { is, value }, set }: FieldsProps) {
  const { value: label } = STATES[is];
  return (
    <>
      <Select label="It tells" value={is} onValue={(state) => set({ is: state as State })}>
        {Object.entries(STATES).map(([state, { name }]) => (
          <option key={state} value={state}>
            {name}
          </option>
        ))}
      </Select>
      {label !== undefined && (
        <Field
          label={label}
          value={value}
          onValue={(words) => set({ value: words })}
          required
          {...(label === 'Number' && { pattern: NUMBER, title: 'A number such as 1000 or 1.5' })}
        />
      )}
    </>
  );
}

const WAYS: Readonly<Record<Draft['told'], { name: string; at?: string; example?: string }>> = {
  once: { name: 'at once' },
  digest: { name: 'once a day, with others', at: 'Time of the day', example: '18:00' },
  seen: { name: 'until somebody presses Seen', at: 'Again every', example: '10 minutes' },
};

function TellingFields({ draft: { told, at, escalate, urgent }, set }: FieldsProps) {
  const { at: label, example } = WAYS[told];
  return (
    <>
      <Select label="And that" value={told} onValue={(way) => set({ told: way as Draft['told'], at: '' })}>
        {Object.entries(WAYS).map(([way, { name }]) => (
          <option key={way} value={way}>
            {name}
          </option>
        ))}
      </Select>
      {label !== undefined && (
        <Field
          label={label}
          value={at}
          onValue={(value) => set({ at: value })}
          placeholder={example}
          required={told === 'digest'}
        />
      )}
      {told === 'seen' && (
        <Field
          label="And where nobody presses it, to this target"
          value={escalate}
          onValue={(value) => set({ escalate: value })}
          placeholder="bo after 30 minutes"
        />
      )}
      <label>
        <input type="checkbox" checked={urgent} onChange={(event) => set({ urgent: event.currentTarget.checked })} /> In
        quiet hours too
      </label>
    </>
  );
}

function draftOf(schedule: Schedule | undefined): Draft {
  const { rule, source } = schedule?.watch ?? {};
  const { digest, seen_minutes: minutes, urgent = false } = schedule?.telling ?? {};
  const { escalate_to: escalated, escalate_minutes: wait } = schedule?.telling ?? {};
  return {
    kind: source?.kind ?? 'words',
    what: schedule?.prompt ?? '',
    more: '',
    when: '',
    is: rule?.is ?? 'anything',
    value: String(rule?.text ?? rule?.number ?? ''),
    told: digest ? 'digest' : minutes ? 'seen' : 'once',
    at: digest ?? (minutes ? `${minutes} minutes` : ''),
    escalate: escalated && minutes ? `${escalated} after ${wait ?? 30} minutes` : '',
    urgent,
  };
}

type NewBody = NonNullable<paths['/v1/schedules']['post']['requestBody']>['content']['application/json'];
type ChangeBody = NonNullable<paths['/v1/schedules/{id}']['patch']['requestBody']>['content']['application/json'];
type Rule = NonNullable<NewBody['rule']>;

function newBody(draft: Draft): NewBody {
  const { kind, what, when } = draft;
  const time = when.trim() === '' ? {} : { when: when.trim() };
  if (kind === 'words') return { prompt: what.trim(), ...time };
  return { source: sourceOf(kind, draft), rule: ruleOf(draft), ...tellingOf(draft), ...time };
}

function changeBody(schedule: Schedule, draft: Draft): ChangeBody {
  const { prompt, watch } = schedule;
  const { what, when } = draft;
  const time = when.trim() === '' ? {} : { when: when.trim() };
  const words = what.trim() === '' || what === prompt ? {} : { prompt: what.trim() };
  if (!watch) return { ...words, ...time };
  const before = draftOf(schedule);
  const isRule = draft.is !== before.is || draft.value !== before.value;
  const isTold = draft.told !== before.told || draft.at !== before.at || draft.urgent !== before.urgent;
  const isEscalated = draft.escalate.trim() !== before.escalate;
  const { escalate, ...told } = isTold || isEscalated ? tellingOf(draft, 'off') : {};
  const telling = { ...told, ...(escalate && isEscalated && { escalate }) };
  return { ...(isRule && { rule: ruleOf(draft) }), ...telling, ...time };
}

function ruleOf({ is, value }: Pick<Draft, 'is' | 'value'>): Rule {
  const words = value.trim();
  if (is === 'contains' || is === 'lacks') return { is, text: words };
  return is === 'above' || is === 'below' ? { is, number: numberOf(words) } : { is };
}

/** `1,5` is read as people write it; `1,000` can mean two numbers: it is none, as any other word. */
const numberOf = (words: string): number => Number(/^-?\d+,\d{1,2}$/.test(words) ? words.replace(',', '.') : words);

const NUMBER = '\\s*-?\\d+([.,]\\d{1,2}|\\.\\d+)?\\s*';

/** `off`: takes away what was there before. */
function tellingOf({ told, at, escalate, urgent }: Draft, off?: 'off'): Pick<NewBody, Telling> {
  const then = told === 'seen' ? thenOf(escalate, off) : undefined;
  const digest = told === 'digest' ? at.trim() : off;
  const seen = told === 'seen' ? at.trim() : off;
  return {
    ...(digest !== undefined && { digest }),
    ...(seen !== undefined && { seen }),
    ...((urgent || off) && { urgent }),
    ...(then && { escalate: then }),
  };
}

/** All behind the first "after" is the time: where there are several, it is refused. */
function thenOf(words: string, off: 'off' | undefined): NewBody['escalate'] {
  const [to = '', ...after] = words.split(/\safter\s/i).map((part) => part.trim());
  if (to === '') return off && { to: off };
  return { to, ...(after.length > 0 && { after: after.join(' after ') }) };
}

type Telling = 'digest' | 'seen' | 'urgent' | 'escalate';
type NewSource = NonNullable<NewBody['source']>;

function sourceOf(kind: Source['kind'], { what, more }: Pick<Draft, 'what' | 'more'>): NewSource {
  const named = what.trim();
  const also = more.trim();
  switch (kind) {
    case 'script':
      return { kind, script: named, args: also.split(/\s+/).filter(Boolean) };
    case 'web_watch':
      return { kind, url: named, ...(also !== '' && { part: also }) };
    case 'feed':
      return { kind, url: named };
    case 'appointment':
      return { kind, url: named, ...(also !== '' && { minutes: Number(also) }) };
    case 'file': {
      const [skill = '', ...path] = named.split('/');
      return { kind, skill, path: path.join('/') };
    }
    case 'hook': {
      const [hook = '', ...field] = named.split('.');
      return { kind, hook, field: field.join('.') };
    }
    case 'mcp': {
      const [server = '', tool = ''] = named.split(/\s+/);
      return { kind, server, tool, input: {} };
    }
  }
}
