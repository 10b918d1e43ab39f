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
  const [look, setLook] = useState<Look>();
  const where = place.trim() === '' ? {} : { catalog: place.trim() };
  const { catalog, failure, load } = useCatalog(where);
  const lookAt = ({ id }: Offered) =>
    act(async () => {
      setLook(await ask(api.POST('/v1/market/look', { body: { id, ...where } })));
    });
  const install = ({ id, pin }: Look) => ask(api.POST('/v1/market/install', { body: { id, pin, ...where } }));
  const wanted = words.trim().toLowerCase();
  const hits = catalog?.skills.filter(({ id, description }) => `${id} ${description}`.toLowerCase().includes(wanted));
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
      {hits && hits.length === 0 && <Empty>The catalog has no skill with these words.</Empty>}
      <ul class="list">
        {hits?.map((skill) => (
          <OfferedRow key={skill.id} skill={skill} onLook={() => void lookAt(skill)} />
        ))}
      </ul>
      {look && (
        <InstallQuestion
          look={look}
          onClose={() => setLook(undefined)}
          onYes={() => install(look)}
          onDone={() => {
            say(`${look.id} is installed.`);
            void load();
          }}
        />
      )}
    </Section>
  );
}

/** The skills of a catalog, once they were asked for. */
function useCatalog(where: { catalog?: string }) {
  const [catalog, setCatalog] = useState<Catalog>();
  const [failure, setFailure] = useState<Failure>();
  const load = async () => {
    setFailure(undefined);
    try {
      setCatalog(await ask(api.GET('/v1/market', { params: { query: where } })));
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return { catalog, failure, load };
}

function OfferedRow({ skill, onLook }: { skill: Offered; onLook: () => void }) {
  const { id, description, revoked, installed } = skill;
  return (
    <Row
      label={id}
      buttons={[{ label: 'Look at it', icon: 'search', key: 'Enter', isBusy: revoked !== null, run: onLook }]}
    >
      <span class="what">
        {id} <span class="under">{description}</span>
      </span>
      {revoked !== null && <span class="tag bad">{revoked}</span>}
      {installed !== null && <span class="tag">installed</span>}
    </Row>
  );
}

interface InstallProps {
  look: Look;
  onClose: () => void;
  onYes: () => Promise<unknown>;
  onDone: () => void;
}

function InstallQuestion({ look: { id, version, may, findings }, ...answers }: InstallProps) {
  return (
    <Question title={`Install ${id}${version === null ? '' : ` ${version}`}?`} yes="Install" {...answers}>
      <h3>What it may do</h3>
      <May may={may} />
      <Findings findings={findings} />
    </Question>
  );
}
