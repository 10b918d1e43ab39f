/** One's own page: the password, and the browsers in which one is signed in. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { person } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { LoadView, Page, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Own = Json<'/v1/me/sign-in'>;

export default function YouPage() {
  const loaded = useLoad('you', () => ask(api.GET('/v1/me/sign-in')), []);
  const [isSetting, setSetting] = useState(false);
  return (
    <Page title="You">
      <div class="sheet">
        <LoadView loaded={loaded}>
          {(own) => (
            <>
              <Section
                title="Password"
                acts={
                  <Button icon="key" onClick={() => setSetting(true)}>
                    {own.login === null ? 'Set a password' : 'Change it'}
                  </Button>
                }
              >
                <p>
                  {own.login === null
                    ? 'There is none: you sign in by a link of “coda open”.'
                    : `You sign in as ${own.login}. Where it is forgotten, “coda open” shows a link.`}
                </p>
              </Section>
              <Section title="Signed in">
                <ul class="list">
                  {own.sessions.map((session) => (
                    <SessionRow key={session.id} session={session} onEnded={loaded.reload} />
                  ))}
                </ul>
              </Section>
              {isSetting && <NewPassword own={own} onClose={() => setSetting(false)} onDone={loaded.reload} />}
            </>
          )}
        </LoadView>
      </div>
    </Page>
  );
}

function SessionRow({ session, onEnded }: { session: Own['sessions'][number]; onEnded: () => void }) {
  const { id, since, until, agent, current } = session;
  const end = () =>
    void act(() => ask(api.DELETE('/v1/me/sessions/{id}', { params: { path: { id } } })), {
      done: 'That browser is signed out.',
    }).then(onEnded);
  const name = agent ?? 'A browser, by a link';
  return (
    <Row label={name}>
      <span class="what">
        {name} {current && <span class="tag">this one</span>}
        <span class="under">
          {' '}
          since {whenText(since)}, until {whenText(until)}
        </span>
      </span>
      {!current && <Button onClick={end}>Sign out there</Button>}
    </Row>
  );
}

interface NewPasswordProps {
  own: Own;
  onClose: () => void;
  onDone: () => void;
}

function NewPassword({ own, onClose, onDone }: NewPasswordProps) {
  const [login, setLogin] = useState(own.login ?? person().person.name);
  const [password, setPassword] = useState('');
  const [current, setCurrent] = useState('');
  const isFirst = own.login === null;
  return (
    <Question
      title={isFirst ? 'Set a password' : 'Change the password'}
      yes="Set it"
      onClose={onClose}
      onYes={() =>
        ask(api.PUT('/v1/me/password', { body: isFirst ? { login, password } : { login, password, current } }))
      }
      onDone={() => {
        say('Your password is set. Your other browsers are signed out.');
        onDone();
      }}
    >
      <Field label="Name" of="login" value={login} onValue={setLogin} required maxLength={80} autocomplete="username" />
      {!isFirst && (
        <Field
          label="Password so far"
          of="current"
          type="password"
          value={current}
          onValue={setCurrent}
          required
          autocomplete="current-password"
        />
      )}
      <Field
        label="New password"
        of="password"
        type="password"
        value={password}
        onValue={setPassword}
        required
        isFirst
        autocomplete="new-password"
        hint="At least 10 characters."
      />
    </Question>
  );
}
