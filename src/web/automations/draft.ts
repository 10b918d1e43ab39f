/** A schedule as its form holds it: made of the one that is there, and turned into the request that makes or changes it. */
import { refusedField } from '../api/client.ts';
import type { Json, paths } from '../api/types.ts';
import { changedFields, type FieldValues, standardsOf, type ThingField } from '../parts/thing-values.ts';

export type Schedule = Json<'/v1/schedules/{id}'>;
type Watch = NonNullable<Schedule['watch']>;
export type Source = Watch['source'];
export type State = Watch['rule']['is'];
type Day = NonNullable<Watch['rule']['days']>[number];

export const DAYS: readonly Day[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

export interface Draft {
  kind: 'words' | Source['kind'];
  /** Words, or the address or name of what is looked at. */
  what: string;
  /** Arguments of a script, words of a page, minutes of a calendar. */
  more: string;
  /** JSON of what an MCP tool is given. */
  input: string;
  when: string;
  is: State;
  /** Words or number of the state. */
  value: string;
  /** Words that stand before the number. */
  after: string;
  days: readonly Day[];
  from: string;
  to: string;
  times: string;
  daily: boolean;
  over: boolean;
  /** Values of the fields that coda describes, as the record has them; undefined: none was changed. */
  values: FieldValues | undefined;
}

export function draftOf(schedule: Schedule | undefined): Draft {
  const { rule, source } = schedule?.watch ?? {};
  const callInput = source?.kind === 'mcp' ? source.input : undefined;
  return {
    kind: source?.kind ?? 'words',
    what: schedule?.prompt ?? '',
    more: '',
    input: callInput && Object.keys(callInput).length > 0 ? JSON.stringify(callInput, null, 1) : '',
    when: '',
    is: rule?.is ?? 'anything',
    value: String(rule?.text ?? rule?.number ?? ''),
    after: rule?.after ?? '',
    days: rule?.days ?? [],
    from: rule?.from ?? '',
    to: rule?.to ?? '',
    times: String(rule?.times ?? 1),
    daily: rule?.daily ?? false,
    over: rule?.over ?? false,
    values: undefined,
  };
}

type NewBody = NonNullable<paths['/v1/schedules']['post']['requestBody']>['content']['application/json'];
type ChangeBody = NonNullable<paths['/v1/schedules/{id}']['patch']['requestBody']>['content']['application/json'];
type Rule = NonNullable<NewBody['rule']>;
type RuleChange = NonNullable<ChangeBody['rule']>;

/** Throws the fault of a field that cannot be sent. */
export function newBody(draft: Draft, fields: readonly ThingField[]): NewBody {
  const { kind, what, values } = draft;
  const changes = values ? changedFields(fieldsFor(kind, fields), standardsOf(fields), values) : {};
  const common = { ...timeOf(draft), ...changes };
  if (kind === 'words') return { prompt: what.trim(), ...common };
  return { source: sourceOf(kind, draft), rule: ruleOf(draft), ...common };
}

/** The fields that a schedule of this kind has. */
export const fieldsFor = (kind: Draft['kind'], fields: readonly ThingField[]): readonly ThingField[] =>
  fields.filter(({ needs }) => needs === null || kind !== 'words');

/** The fields that the form has changed; the same words for the same things as `newBody`. */
export function changeBody(schedule: Schedule, draft: Draft, fields: readonly ThingField[]): ChangeBody {
  const before = draftOf(schedule);
  const { kind, what, values } = draft;
  const common: ChangeBody = {
    ...timeOf(draft),
    ...(values && changedFields(fieldsFor(kind, fields), schedule, values)),
  };
  if (!schedule.watch) return { ...(what.trim() !== '' && what !== before.what && { prompt: what.trim() }), ...common };
  const rule = ruleChange(draft, before);
  const isGiven = draft.kind === 'mcp' && draft.input.trim() !== before.input.trim();
  return {
    ...(Object.keys(rule).length > 0 && { rule }),
    ...(isGiven && { input: inputOf(draft.input, 'input') }),
    ...common,
  };
}

const timeOf = ({ when }: Draft): { when?: string } => (when.trim() === '' ? {} : { when: when.trim() });

function stateOf({ is, value }: Draft): Pick<Rule, 'text' | 'number'> & { is: State } {
  const words = value.trim();
  if (is === 'contains' || is === 'lacks') return { is, text: words };
  return is === 'above' || is === 'below' ? { is, number: numberOf(words) } : { is };
}

/** `1,5` is read as people write it; `1,000` can mean two numbers: it is none, as any other word. */
const numberOf = (words: string): number => Number(/^-?\d+,\d{1,2}$/.test(words) ? words.replace(',', '.') : words);

export const NUMBER = '\\s*-?\\d+([.,]\\d{1,2}|\\.\\d+)?\\s*';

export const hasNumber = (is: State): boolean => is === 'above' || is === 'below';

function ruleOf(draft: Draft): Rule {
  const { is, after, days, from, to, times, daily, over } = draft;
  return {
    ...stateOf(draft),
    ...(hasNumber(is) && after.trim() !== '' && { after: after.trim() }),
    ...(days.length > 0 && { days: [...days] }),
    ...(from !== '' && { from }),
    ...(to !== '' && { to }),
    ...(times.trim() !== '' && { times: Number(times) }),
    ...(daily && { daily }),
    ...(over && { over }),
  };
}

function ruleChange(draft: Draft, before: Draft): RuleChange {
  const { is, value, after, days, from, to, times, daily, over } = draft;
  return {
    ...((is !== before.is || value !== before.value) && stateOf(draft)),
    ...(after.trim() !== before.after && { after: after.trim() || null }),
    ...(days.join() !== before.days.join() && { days: days.length > 0 ? [...days] : null }),
    ...((from !== before.from || to !== before.to) && { from: from || null, to: to || null }),
    ...(times !== before.times && { times: Number(times.trim() || 1) }),
    ...(daily !== before.daily && { daily }),
    ...(over !== before.over && { over }),
  };
}

type NewSource = NonNullable<NewBody['source']>;

function sourceOf(kind: Source['kind'], { what, more, input }: Draft): NewSource {
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
      return { kind, server, tool, input: inputOf(input, 'source.input') };
    }
  }
}

const NO_OBJECT = 'expected a JSON object such as {"job": "main"}';

function inputOf(words: string, field: string): Record<string, unknown> {
  if (words.trim() === '') return {};
  let read: unknown;
  try {
    read = JSON.parse(words);
  } catch (error) {
    throw refusedField(field, `${NO_OBJECT}: ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw refusedField(field, NO_OBJECT);
  return read as Record<string, unknown>;
}
