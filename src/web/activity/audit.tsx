import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { duration, whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { query as filters, keepFilter } from '../app/router.ts';
import { useSearched } from '../app/settled.ts';
import { Field, Select } from '../parts/field.tsx';
import { Empty, Section } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';

type Entry = Json<'/v1/audit'>['entries'][number];

/** The log of what was done, by whom and why; filtered. */
export function Audit() {
  const person = filters.value.get('person') ?? '';
  const [words, setWords, subject] = useSearched('subject');
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
        <Select label="Person" value={person} onValue={(value) => keepFilter('person', value)}>
          <option value="">Everybody</option>
          {people.data?.people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <Field label="Tool or operation" value={words} onValue={setWords} type="search" placeholder="reminder_create" />
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

/** The act with its subject behind it: a tool in its own words. */
const about = (act: string, { does, subject }: Entry): string => {
  if (does !== null) return `${act}: “${does}”`;
  return subject === null ? act : `${act}: ${subject}`;
};

/** Acts that no tool does, in words; the subject of some is the tool of a call. */
const ACTIONS: Readonly<Record<string, (entry: Entry) => string>> = {
  critique: (entry) => about('had a call looked at a second time', entry),
  'press.refuse': () => 'pressed a button that was not theirs',
  'approval.decide': (entry) => about('decided about a call', entry),
  'approval.expire': (entry) => about('a question was not answered in time', entry),
  'person.admit': () => 'somebody was let in',
  'person.revoke': () => 'somebody is not heard any more',
  'person.join': () => 'two accounts became one person',
  'person.part': () => 'an account was parted from a person',
  'person.sign_in': () => 'signed in in a browser',
  'person.first_owner': () => 'became the first owner',
  'person.password': () => 'set a password for the page',
  'setup.add': (entry) => about('added to the settings', entry),
  'setup.change': (entry) => about('changed in the settings', entry),
  'setup.remove': (entry) => about('took out of the settings', entry),
  'person.passkey': () => 'added a passkey for the page',
  'person.passkey_end': () => 'removed a passkey',
  'person.passkey_copy': () => 'a passkey was refused, of which there may be a copy',
  'person.link_home_assistant': () => 'is signed in by Home Assistant',
  'person.unlink_home_assistant': () => 'is no longer signed in by Home Assistant',
  'config.change': (entry) => about('the settings changed', entry),
  'control.run': ({ subject }) => `carried out “coda ${subject ?? ''}”`,
};

function EntryRow({ entry }: { entry: Entry }) {
  const { at, person, action, subject, does, status, code, took_ms, origin, tainted, detail } = entry;
  return (
    <li class="row">
      <span class="what">
        {person?.name ?? 'coda'}: {ACTIONS[action]?.(entry) ?? does ?? subject ?? action}
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
