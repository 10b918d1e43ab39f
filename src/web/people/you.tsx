/** One's own page: name, zone, quiet hours and language, light or dark, the password, the passkeys, and the browsers in which one is signed in. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { isOwner, person } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { LoadView, Page, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { AboutYou } from './about-you.tsx';
import { HomeAssistant } from './home-assistant.tsx';
import { Passkeys } from './passkeys.tsx';

type Own = Json<'/v1/me/sign-in'>;

export default function YouPage() {
  const loaded = useLoad('you', () => ask(api.GET('/v1/me/sign-in')), []);
  const [isSetting, setSetting] = useState(false);
  return (
    <Page title="You">
      <div class="sheet">
        <AboutYou />
        <LoadView loaded={loaded}>
          {(own) => (
            <>
              <Section
                title="Password"
                acts={[
                  {
                    label: own.login === null ? 'Set a password' : 'Change the password',
                    icon: 'key',
                    run: () => setSetting(true),
                  },
                ]}
              >
                <p>{passwordText(own)}</p>
              </Section>
              <Passkeys own={own} onChanged={loaded.reload} />
              <HomeAssistant />
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

/** The state of the password, with the way in where there is none or it is forgotten: a member has no shell. */
function passwordText({ login, passkeys, command }: Own): string {
  const link = isOwner()
    ? `“${command} open”, where coda runs, shows a link`
    : `an owner makes you a link with “${command} open --person”`;
  if (login !== null) return `You sign in as ${login}. Where it is forgotten, ${link}.`;
  if (passkeys.length > 0) return 'There is none.';
  return `There is none. Once this browser is signed out, ${link}: set a password, and you need nobody.`;
}

function SessionRow({ session, onEnded }: { session: Own['sessions'][number]; onEnded: () => void }) {
  const { id, since, until, agent, current } = session;
  const end = () =>
    void act(() => ask(api.DELETE('/v1/me/sessions/{id}', { params: { path: { id } } })), {
      done: 'That browser is signed out.',
    }).then(onEnded);
  const name = browserOf(agent);
  return (
    <Row label={name} buttons={[{ label: 'Sign out there', icon: 'leave', when: () => !current, run: end }]}>
      <span class="what" title={agent ?? undefined}>
        {name} {current && <span class="tag">this one</span>}
        <span class="under">
          {' '}
          since {whenText(since)}, until {whenText(until)}
        </span>
      </span>
    </Row>
  );
}

/** Names of browsers as they stand in what they call themselves; most of them also name the ones that come later here. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;

const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Macintosh', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** “Firefox on Windows”; else the name that the browser has for itself. */
function browserOf(agent: string | null): string {
  if (agent === null) return 'A browser without a name';
  const nameIn = (names: readonly (readonly [string, string])[]) => names.find(([part]) => agent.includes(part))?.[1];
  const [browser, system] = [nameIn(BROWSERS), nameIn(SYSTEMS)];
  if (browser === undefined) return agent;
  return system === undefined ? browser : `${browser} on ${system}`;
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
