import { useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { act, say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { Findings, May } from './look.tsx';

type Catalog = Json<'/v1/market'>;
type Offered = Catalog['skills'][number];

interface Look {
  id: string;
  version: string | null;
  pin: string;
  may: string[];
  findings: { level: string; file: string; line: number; why: string }[];
}

/** Skills of a catalog: looked at before they are installed, by the hash of what was shown. */
export function Market() {
  const [place, setPlace] = useState('');
  const [words, setWords] = useState('');
  const [catalog, setCatalog] = useState<Catalog>();
  const [failure, setFailure] = useState<Failure>();
  const [look, setLook] = useState<Look>();
  const where = place.trim() === '' ? {} : { catalog: place.trim() };
  const load = async () => {
    setFailure(undefined);
    try {
      setCatalog(await ask(api.GET('/v1/market', { params: { query: where } })));
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const lookAt = ({ id }: Offered) =>
    act(async () => {
      setLook(await ask(api.POST('/v1/market/look', { body: { id, ...where } })));
    });
  const install = ({ id, pin }: Look) => ask(api.POST('/v1/market/install', { body: { id, pin, ...where } }));
  const wanted = words.trim().toLowerCase();
  const found = catalog?.skills.filter(({ id, description }) => `${id} ${description}`.toLowerCase().includes(wanted));
  return (
    <Section title="Market">
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void load();
        }}
      >
        <Field label="Catalog" value={place} onValue={setPlace} placeholder="https://… (or the one that is known)" />
        <Field label="Words" type="search" value={words} onValue={setWords} />
        <Button type="submit" kind="primary">
          Search
        </Button>
      </form>
      {failure && (
        <p class="failure section" role="alert">
          {failure.sentence}
        </p>
      )}
      {catalog && (
        <p class="faint small section">
          {catalog.catalog.name}
          {catalog.catalog.first && ': looked at for the first time; installing trusts its key.'}
        </p>
      )}
      {found && found.length === 0 && <Empty>The catalog has no skill with these words.</Empty>}
      <ul class="list">
        {found?.map((skill) => (
          <Row key={skill.id} label={skill.id}>
            <span class="what">
              {skill.id} <span class="under">{skill.description}</span>
            </span>
            {skill.revoked !== null && <span class="tag bad">{skill.revoked}</span>}
            {skill.installed !== null && <span class="tag">installed</span>}
            <Button onClick={() => void lookAt(skill)} disabled={skill.revoked !== null}>
              Look at it
            </Button>
          </Row>
        ))}
      </ul>
      {look && (
        <Question
          title={`Install ${look.id}${look.version === null ? '' : ` ${look.version}`}?`}
          yes="Install"
          onClose={() => setLook(undefined)}
          onYes={() => install(look)}
          onDone={() => {
            say(`${look.id} is installed.`);
            void load();
          }}
        >
          <h3>What it may do</h3>
          <May may={look.may} />
          <Findings findings={look.findings} />
        </Question>
      )}
    </Section>
  );
}
