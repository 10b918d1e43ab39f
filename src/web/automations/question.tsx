/** The form of a schedule: words that coda acts on, or something that is looked at and told by a rule. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { tellChange } from '../app/change.ts';
import { whenText } from '../app/format.ts';
import { Question } from '../parts/dialog.tsx';
import { Area, Check, Field, Select } from '../parts/field.tsx';
import { ThingFields, useThingFields } from '../parts/thing-fields.tsx';
import { standardsOf } from '../parts/thing-values.ts';
import {
  changeBody,
  DAYS,
  type Draft,
  draftOf,
  fieldsFor,
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
  const described = useThingFields('schedules');
  const save = async () => {
    if (!schedule) return tellChange(reload, ask(api.POST('/v1/schedules', { body: newBody(draft, described) })));
    const body = changeBody(schedule, draft, described);
    if (Object.keys(body).length === 0) return;
    const params = { path: { id: schedule.id } };
    await tellChange(reload, ask(api.PATCH('/v1/schedules/{id}', { params, body })));
  };
  const isRule = draft.kind !== 'words';
  const fields = { draft, set };
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
      <ThingFields
        fields={fieldsFor(draft.kind, described)}
        values={draft.values ?? schedule ?? standardsOf(described)}
        onValues={(values) => set({ values })}
      >
        {isRule && <SeldomFields {...fields} />}
      </ThingFields>
    </Question>
  );
}

/** The time that it has, in words. */
function timeNow({ repeats, next: [next], zone }: Schedule): string {
  const series = repeats === null ? 'once' : repeats;
  return `Now ${series}${next === undefined ? '' : `, next ${whenText(next)}`} (${zone})`;
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

function WhatFields({ draft, set }: FieldsProps) {
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
      {kind === 'mcp' && <InputField draft={draft} set={set} of="source.input" />}
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

const SeldomFields = ({ draft: { times, daily, over }, set }: FieldsProps) => (
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
);
