import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { useLoad } from '../app/load.ts';
import { query } from '../app/router.ts';
import { act } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Field, Select } from '../parts/field.tsx';
import { LoadView, Section } from '../parts/page.tsx';

type Tried = Json<'/v1/people/{id}/may'>;

const OUTCOMES: Readonly<Record<Tried['outcome'], string>> = {
  allowed: 'may use it',
  asks: 'may use it, and is asked first',
  denied: 'may not use it',
};

/** Would Ana be allowed to do this? */
export function Trial() {
  const people = useLoad('people', () => ask(api.GET('/v1/people')), ['people']);
  const tools = useLoad('tools', () => ask(api.GET('/v1/tools')));
  const [person, setPerson] = useState(query.value.get('person') ?? '');
  const [tool, setTool] = useState('');
  const [tried, setTried] = useState<Tried>();
  const id = person || people.data?.people[0]?.id || '';
  const attempt = () =>
    act(async () => {
      setTried(await ask(api.GET('/v1/people/{id}/may', { params: { path: { id }, query: { tool } } })));
    });
  return (
    <Section title="Would they be allowed?">
      <LoadView loaded={people}>
        {(known) => (
          <form
            class="filters"
            onSubmit={(event) => {
              event.preventDefault();
              void attempt();
            }}
          >
            <Select label="Person" value={id} onValue={setPerson}>
              {known.people.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </Select>
            <Field label="Tool" value={tool} onValue={setTool} list="tools" required />
            <datalist id="tools">
              {tools.data?.tools.map(({ name }) => (
                <option key={name} value={name} />
              ))}
            </datalist>
            <Button type="submit" kind="primary">
              Try
            </Button>
          </form>
        )}
      </LoadView>
      {tried && (
        <p class="card section" role="status">
          <b>
            {tried.person} {OUTCOMES[tried.outcome]}.
          </b>{' '}
          {tried.because}
        </p>
      )}
    </Section>
  );
}
