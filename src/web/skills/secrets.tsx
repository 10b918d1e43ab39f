import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { act, say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

/** The values that skills and connectors are run with: set and removed here, shown nowhere. */
export function Secrets() {
  const loaded = useLoad('secrets', () => ask(api.GET('/v1/secrets')), ['skills']);
  const [isSetting, setSetting] = useState(false);
  const remove = (secret: { skill: string; name: string; person: string | null; space: string | null }) => {
    const { skill, name, person, space } = secret;
    const query = { skill, name, ...(person !== null && { person }), ...(space !== null && { space }) };
    void act(() => ask(api.DELETE('/v1/secrets', { params: { query } })), { done: `${name} is removed.` }).then(
      loaded.reload,
    );
  };
  return (
    <Section title="Secrets" acts={[{ label: 'Set a secret', icon: 'key', key: '+', run: () => setSetting(true) }]}>
      <LoadView loaded={loaded}>
        {({ secrets }) => (
          <>
            {secrets.length === 0 && <Empty>None is set. A skill that needs one says so.</Empty>}
            <ul class="list">
              {secrets.map((secret) => (
                <Row
                  key={`${secret.skill} ${secret.name} ${secret.person} ${secret.space}`}
                  label={`${secret.name}, ${secret.skill}`}
                  buttons={[{ label: 'Remove', icon: 'trash', isDanger: true, run: () => remove(secret) }]}
                >
                  <span class="what">
                    <code>{secret.name}</code> <span class="under">{secret.skill}</span>
                  </span>
                  <span class="aside">
                    {secret.person !== null
                      ? `for ${secret.person}`
                      : secret.space !== null
                        ? `in ${secret.space}`
                        : 'for everybody'}
                    , {whenText(secret.updated_at)}
                  </span>
                </Row>
              ))}
            </ul>
          </>
        )}
      </LoadView>
      {isSetting && <SecretQuestion onClose={() => setSetting(false)} onDone={loaded.reload} />}
    </Section>
  );
}

interface SecretProps {
  skill?: string;
  name?: string;
  onClose: () => void;
  onDone: () => void;
}

/** Asks for a value, which is sealed and never shown again. */
export function SecretQuestion({ skill = '', name = '', onClose, onDone }: SecretProps) {
  const [secret, setSecret] = useState({ skill, name, value: '' });
  const set = (change: Partial<typeof secret>) => setSecret({ ...secret, ...change });
  return (
    <Question
      title={name === '' ? 'Set a secret' : `Set ${name}`}
      yes="Set"
      onClose={onClose}
      onYes={() => ask(api.PUT('/v1/secrets', { body: secret }))}
      onDone={() => {
        say(`${secret.name} is set.`);
        onDone();
      }}
    >
      {skill === '' && (
        <Field
          label="Skill, or connectors"
          value={secret.skill}
          onValue={(to) => set({ skill: to })}
          required
          isFirst
        />
      )}
      {name === '' && <Field label="Name" value={secret.name} onValue={(to) => set({ name: to })} required />}
      <Field
        label="Value"
        type="password"
        value={secret.value}
        onValue={(to) => set({ value: to })}
        required
        isFirst={skill !== ''}
      />
    </Question>
  );
}
