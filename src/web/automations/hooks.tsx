/** Webhooks of programs, before the services that skills may ask. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { addressOf } from '../app/base.ts';
import { whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { person } from '../app/session.ts';
import { say } from '../app/toasts.tsx';
import { Copyable, CopyDialog } from '../parts/copyable.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { Connectors } from './connectors.tsx';

type Hooks = Json<'/v1/hooks'>;
type Hook = Hooks['hooks'][number];
type NewHookAnswer = { path: string; secret: string | null };

export function Hooks() {
  const loaded = useLoad('hooks', () => ask(api.GET('/v1/hooks')), ['jobs']);
  const [isAdding, setAdding] = useState(false);
  const [newHook, setNewHook] = useState<NewHookAnswer>();
  return (
    <>
      <Section title="Webhooks" acts={[{ label: 'New webhook', icon: 'plus', key: '+', run: () => setAdding(true) }]}>
        <LoadView loaded={loaded}>
          {({ hooks }) => (
            <>
              {hooks.length === 0 && <Empty>No program may have coda do anything. A webhook lets one.</Empty>}
              <ul class="list">
                {hooks.map((hook) => (
                  <HookRow key={hook.name} hook={hook} loaded={loaded} />
                ))}
              </ul>
            </>
          )}
        </LoadView>
      </Section>
      <Connectors />
      {isAdding && (
        <NewHook
          onClose={() => setAdding(false)}
          onMade={(hook) => {
            setNewHook(hook);
            loaded.reload();
          }}
        />
      )}
      {newHook && <NewHookShown made={newHook} onClose={() => setNewHook(undefined)} />}
    </>
  );
}

function HookRow({ hook, loaded }: { hook: Hook; loaded: LoadState<Hooks> }) {
  const { name, path, kind, person: whose, template, used_at: used } = hook;
  const [isEnding, setEnding] = useState(false);
  return (
    <Row label={name} buttons={[{ label: 'Remove', icon: 'trash', run: () => setEnding(true) }]}>
      <span class="what">
        {name}{' '}
        <span class="under">
          a {kind} to {whose}: {template}
        </span>
        <span class="under block">POST {addressOf(path)}</span>
      </span>
      <span class="when">{used === null ? 'never used' : `used ${whenText(used)}`}</span>
      {isEnding && (
        <Question
          title={`Remove the webhook ${name}?`}
          yes="Remove"
          isDanger
          onClose={() => setEnding(false)}
          onYes={() => ask(api.DELETE('/v1/hooks/{name}', { params: { path: { name } } }))}
          onDone={() => {
            say(`${name} takes nothing any more.`);
            loaded.reload();
          }}
        >
          <p>What sends to it is refused from then on. This cannot be taken back.</p>
        </Question>
      )}
    </Row>
  );
}

const KINDS = ['message', 'reminder', 'note', 'skill', 'watch'] as const;
type Kind = (typeof KINDS)[number];
const FORMS = ['coda', 'github', 'stripe'] as const;
type Form = (typeof FORMS)[number];

function NewHook({ onClose, onMade }: { onClose: () => void; onMade: (made: NewHookAnswer) => void }) {
  const [name, setName] = useState('');
  const [template, setTemplate] = useState('');
  const [kind, setKind] = useState<Kind>('message');
  const [form, setForm] = useState<Form>('coda');
  const [more, setMore] = useState('');
  const make = async () => {
    const beside = kind === 'reminder' ? { when: more } : kind === 'skill' ? { skill: more } : {};
    const body = { name, to: person().person.id, template, kind, form, ...beside };
    onMade(await ask(api.POST('/v1/hooks', { body })));
  };
  return (
    <Question title="New webhook" yes="Make it" onClose={onClose} onYes={make}>
      <Field label="Name" value={name} onValue={setName} required isFirst placeholder="ci" />
      <Select label="What comes of it, for you" value={kind} onValue={(value) => setKind(value as Kind)}>
        {KINDS.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Select>
      <Field
        label="Words, made of what is sent"
        value={template}
        onValue={setTemplate}
        required
        placeholder="{{ repository.name }} is red"
      />
      {kind === 'reminder' && (
        <Field label="When" value={more} onValue={setMore} placeholder="tomorrow at 9" required />
      )}
      {kind === 'skill' && <Field label="Which skill" value={more} onValue={setMore} required />}
      <Select label="How it is signed" value={form} onValue={(value) => setForm(value as Form)}>
        {FORMS.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Select>
    </Question>
  );
}

function NewHookShown({ made: { path, secret }, onClose }: { made: NewHookAnswer; onClose: () => void }) {
  const address = addressOf(path);
  if (secret === null)
    return (
      <CopyDialog title="The webhook" text={address} onClose={onClose}>
        <p>Send to this address:</p>
      </CopyDialog>
    );
  return (
    <CopyDialog title="The webhook" text={secret} onClose={onClose}>
      <p>Send to this address:</p>
      <Copyable label="the address" text={address} />
      <p>Sign with this secret, which is shown this once:</p>
    </CopyDialog>
  );
}
