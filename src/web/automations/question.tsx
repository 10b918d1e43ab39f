/** The form of a schedule: words that coda acts on, or something that is looked at and told by a rule. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { tellChange } from '../app/change.ts';
import { whenText } from '../app/format.ts';
import { Question } from '../parts/dialog.tsx';
import { Area, Check, Field, Select } from '../parts/field.tsx';
import { type NamedTarget, TargetSelect, useTargets } from '../parts/targets.tsx';
import {
  changeBody,
  DAYS,
  type Draft,
  draftOf,
  hasNumber,
  NUMBER,
  newBody,
  type Schedule,
  type State,
} from './draft.ts';

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
  const targets = useTargets(targetsOf(schedule));
  const isRule = draft.kind !== 'words';
  const fields = { draft, set, targets };
  return (
    <Question
      title={schedule ? 'Change the schedule' : 'New schedule'}
      yes={schedule ? 'Save' : 'Plan it'}
      onClose={onClose}
      onYes={save}
    >
      {!schedule && <WhatFields {...fields} />}
      {schedule && !isRule && schedule.run === null && (
        <Area label={KINDS.words.what} value={draft.what} onValue={(what) => set({ what })} isFirst of="prompt" />
      )}
      {schedule && draft.kind === 'mcp' && <InputField {...fields} of="input" />}
      {draft.kind !== 'hook' && (
        <Field
          label={schedule ? 'When, if it is another time' : isRule ? 'How often' : 'When'}
          value={draft.when}
          onValue={(when) => set({ when })}
          required={schedule === undefined}
          placeholder={isRule ? 'every hour' : 'every weekday at 8'}
          hint={schedule && timeNow(schedule)}
          of="when"
        />
      )}
      {isRule && <RuleFields {...fields} />}
      {isRule && <TellingFields {...fields} />}
      <TargetSelect
        label="It is told"
        none="where it is planned"
        value={draft.tell}
        onValue={(tell) => set({ tell })}
        targets={targets}
        of="tell"
      />
      <MoreFields {...fields} />
    </Question>
  );
}

/** The time that it has, in words. */
function timeNow({ repeats, next: [next], zone }: Schedule): string {
  const series = repeats === null ? 'once' : repeats;
  return `Now ${series}${next === undefined ? '' : `, next ${whenText(next)}`} (${zone})`;
}

/** The targets that the schedule has. */
function targetsOf(schedule: Schedule | undefined) {
  const { target, target_name: name, escalate, telling } = schedule ?? {};
  return [
    { id: target, name },
    { id: escalate?.to, name: telling?.escalate_name },
  ];
}

interface FieldsProps {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
  targets: readonly NamedTarget[];
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

function WhatFields({ draft, set, targets }: FieldsProps) {
  const { kind, what, more } = draft;
  const { what: label, example, more: also } = KINDS[kind];
  const isMinutes = kind === 'appointment';
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
        <Area label={label} value={what} onValue={(value) => set({ what: value })} isFirst of="prompt" />
      ) : (
        <Field
          label={label}
          value={what}
          onValue={(value) => set({ what: value })}
          placeholder={example}
          required
          of={WHAT_OF}
        />
      )}
      {kind === 'mcp' && <InputField draft={draft} set={set} targets={targets} of="source.input" />}
      {also !== undefined && (
        <Field
          label={also}
          value={more}
          onValue={(value) => set({ more: value })}
          type={isMinutes ? 'number' : 'text'}
          of={isMinutes ? 'source.minutes' : undefined}
        />
      )}
    </>
  );
}

/** The parts of any source that its first field holds. */
const WHAT_OF = [
  'source',
  ...['url', 'script', 'args', 'skill', 'path', 'hook', 'field', 'server', 'tool'].map((part) => `source.${part}`),
].join(' ');

const InputField = ({ draft: { input }, set, of }: FieldsProps & { of: string }) => (
  <Area
    label="What the tool is given, as JSON"
    value={input}
    onValue={(value) => set({ input: value })}
    placeholder={'{"job": "main"}'}
    of={of}
  />
);

const STATES: Readonly<Record<State, { name: string; value?: string }>> = {
  anything: { name: 'what is new' },
  changed: { name: 'when it has changed' },
  contains: { name: 'when it contains', value: 'Words' },
  lacks: { name: 'when it does not contain', value: 'Words' },
  above: { name: 'when its number is above', value: 'Number' },
  below: { name: 'when its number is below', value: 'Number' },
};

function RuleFields({ draft: { is, value, after, days, from, to }, set }: FieldsProps) {
  const { value: label } = STATES[is];
  return (
    <>
      <Select label="It tells" value={is} onValue={(state) => set({ is: state as State })} of="rule.is">
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
          of={hasNumber(is) ? 'rule.number' : 'rule.text'}
          {...(hasNumber(is) && { pattern: NUMBER, title: 'A number such as 1000 or 1.5' })}
        />
      )}
      {hasNumber(is) && (
        <Field
          label="The number behind these words"
          value={after}
          onValue={(words) => set({ after: words })}
          placeholder="Price; left empty: the first one"
          of="rule.after"
        />
      )}
      <fieldset class="choices days">
        <legend>Only on these days; none chosen: on every day</legend>
        {DAYS.map((day) => (
          <Check
            key={day}
            label={`${day[0]?.toUpperCase()}${day.slice(1)}`}
            isOn={days.includes(day)}
            onTurn={(on) => set({ days: DAYS.filter((each) => (each === day ? on : days.includes(each))) })}
          />
        ))}
      </fieldset>
      <div class="pair">
        <Field label="Only from" type="time" value={from} onValue={(time) => set({ from: time })} of="rule.from" />
        <Field label="until" type="time" value={to} onValue={(time) => set({ to: time })} of="rule.to" />
      </div>
    </>
  );
}

const WAYS: Readonly<Record<Draft['told'], { name: string; at?: string; example?: string; of?: string }>> = {
  once: { name: 'at once' },
  digest: { name: 'once a day, with others', at: 'Time of the day', example: '18:00', of: 'digest' },
  seen: { name: 'until somebody presses Seen', at: 'Again every', example: '10 minutes', of: 'seen' },
};

function TellingFields({ draft: { told, at, escalate, wait, urgent }, set, targets }: FieldsProps) {
  const { at: label, example, of } = WAYS[told];
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
          of={of}
        />
      )}
      {told === 'seen' && (
        <TargetSelect
          label="If nobody presses it, also tell"
          none="nowhere else"
          value={escalate}
          onValue={(value) => set({ escalate: value })}
          targets={targets}
          of="escalate.to"
        />
      )}
      {told === 'seen' && escalate !== '' && (
        <Field
          label="After"
          value={wait}
          onValue={(value) => set({ wait: value })}
          placeholder="30 minutes"
          of="escalate.after"
        />
      )}
      <Check label="In quiet hours too" isOn={urgent} onTurn={(on) => set({ urgent: on })} />
    </>
  );
}

const MISSED: Readonly<Record<Draft['missed'], string>> = {
  latest: 'the latest is made up for',
  skip: 'it is left out',
  each: 'each is made up for',
};

function MoreFields({ draft: { kind, times, daily, over, title, missed }, set }: FieldsProps) {
  return (
    <details>
      <summary>More</summary>
      <div class="body">
        <Field label="Name" value={title} onValue={(value) => set({ title: value })} maxLength={80} of="title" />
        {kind !== 'words' && (
          <>
            <Field
              label="So often in a row"
              type="number"
              min={1}
              max={100}
              value={times}
              onValue={(value) => set({ times: value })}
              of="rule.times"
            />
            <Check label="At most once a day" isOn={daily} onTurn={(on) => set({ daily: on })} />
            <Check label="Also when it is over" isOn={over} onTurn={(on) => set({ over: on })} />
          </>
        )}
        <Select
          label="Missed while coda was off"
          value={missed}
          onValue={(value) => set({ missed: value as Draft['missed'] })}
        >
          {Object.entries(MISSED).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </div>
    </details>
  );
}
