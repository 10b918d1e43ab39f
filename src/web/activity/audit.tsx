import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { duration, whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { Field, Select } from '../parts/field.tsx';
import { Empty, Section } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';

type Entry = Json<'/v1/audit'>['entries'][number];

/** The log of what was done, by whom and why; filtered. */
export function Audit() {
  const [person, setPerson] = useState('');
  const [subject, setSubject] = useState('');
  const people = useLoad('people', () => ask(api.GET('/v1/people')), ['people']);
  const query = { limit: 50, ...(person !== '' && { person }), ...(subject !== '' && { subject }) };
  const { items, more, state } = usePages(
    `audit ${person} ${subject}`,
    (after) => ask(api.GET('/v1/audit', { params: { query: { ...query, ...(after && { after }) } } })),
    ({ entries }) => entries,
  );
  return (
    <Section>
      <div class="filters">
        <Select label="Person" value={person} onValue={setPerson}>
          <option value="">Everybody</option>
          {people.data?.people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <Field
          label="Tool or operation"
          value={subject}
          onValue={(value) => setSubject(value.trim())}
          type="search"
          placeholder="reminder_create"
          isSlow
        />
      </div>
      {state}
      {items && items.length === 0 && <Empty>Nothing like that was done.</Empty>}
      <ul class="list">
        {items?.map((entry) => (
          <EntryRow key={entry.seq} entry={entry} />
        ))}
      </ul>
      {more}
    </Section>
  );
}

/** Acts that no tool does, in words. */
const ACTIONS: Readonly<Record<string, (subject: string | null) => string>> = {
  critique: (subject) => `had a call looked at a second time${subject === null ? '' : `: ${subject}`}`,
  'press.refuse': () => 'pressed a button that was not theirs',
  'approval.decide': () => 'decided about a call',
  'approval.expire': () => 'a question was not answered in time',
  'person.admit': () => 'somebody was let in',
  'person.revoke': () => 'somebody is not heard any more',
  'person.join': () => 'two accounts became one person',
  'person.part': () => 'an account was parted from a person',
  'person.sign_in': () => 'signed in in a browser',
  'config.change': (subject) => `the settings changed${subject === null ? '' : `: ${subject}`}`,
  'control.run': (subject) => `carried out “coda ${subject ?? ''}”`,
};

function EntryRow({ entry }: { entry: Entry }) {
  const { at, person, action, subject, does, status, code, took_ms, origin, tainted, detail } = entry;
  return (
    <li class="row">
      <span class="what">
        {person?.name ?? 'coda'}: {does ?? ACTIONS[action]?.(subject) ?? subject ?? action}
        <span class="under">
          {' '}
          {origin}
          {took_ms !== null && `, ${duration(took_ms)}`}
        </span>
        <details>
          <summary>Details</summary>
          <p class="faint small">
            {action}
            {subject !== null && ` ${subject}`}
          </p>
          {detail !== '{}' && <pre class="diff">{detail}</pre>}
        </details>
      </span>
      {tainted && <span class="tag warn">words of others went into it</span>}
      {status !== 'ok' && <span class="tag bad">{code ?? status}</span>}
      <span class="when">{whenText(at)}</span>
    </li>
  );
}
