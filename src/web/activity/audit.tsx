import { api, ask } from '../api/client.ts';
import { duration, whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { query as filters, keepFilter } from '../app/router.ts';
import { useSearched } from '../app/settled.ts';
import { Field, Select } from '../parts/field.tsx';
import { Empty, Section } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';
import { type AuditEntry, actWords, originWords, outcomeWords } from './audit-words.ts';

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

function EntryRow({ entry }: { entry: AuditEntry }) {
  const { at, person, action, subject, code, took_ms, origin, tainted, detail } = entry;
  const outcome = outcomeWords(entry);
  return (
    <li class="row">
      <span class="what">
        {person?.name ?? 'coda'}: {actWords(entry)}
        <span class="under">
          {' '}
          {originWords(origin)}
          {took_ms !== null && `, ${duration(took_ms)}`}
        </span>
        <details>
          <summary>Details</summary>
          <p class="faint small">
            {action}
            {subject !== null && ` ${subject}`}
          </p>
          {code !== null && <p class="faint small">{code}</p>}
          {detail !== '{}' && <pre class="diff">{detail}</pre>}
        </details>
      </span>
      {tainted && <span class="tag warn">words of others went into it</span>}
      {outcome !== undefined && <span class="tag bad">{outcome}</span>}
      <span class="when">{whenText(at)}</span>
    </li>
  );
}
