/** The page of a browser in which nobody is signed in. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, Failure, failureOf } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { canHoldPasskeys, signInWithPasskey } from '../app/passkeys.ts';
import { go } from '../app/router.ts';
import { beginSession, hasEnded, signIn, takePlace } from '../app/session.ts';
import { Unreachable } from '../app/wrong.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { FirstStart } from './first-start.tsx';
import { Invited } from './invited.tsx';

/** Codes of the first start are short enough to be typed; those of links are not. */
const TYPED = /^[A-Z2-9]{5}-[A-Z2-9]{5}$/;

/** Codes of invitations begin so. */
const INVITED = /^invited-/;

/** The first start where nobody owns this coda; else how one signs in, or the exchange of a code: of a link (behind `#`), or typed. */
export function SignIn({ code: ofLink }: { code: string }) {
  const [code, setCode] = useState(ofLink);
  const [ways, setWays] = useState<Json<'/v1/sign-in'> | Failure>();
  const look = () => {
    setWays(undefined);
    ask(api.GET('/v1/sign-in')).then(setWays, (error: unknown) => setWays(failureOf(error)));
  };
  useEffect(look, []);
  if (ways instanceof Failure) return <Unreachable failure={ways} onAgain={look} />;
  if (ways === undefined) return null;
  if (ways.first) return <FirstStart code={TYPED.test(code) ? code : ''} />;
  if (INVITED.test(code)) return <Invited code={code} />;
  return (
    <Ways
      key={code}
      code={code}
      hasPasskeys={ways.passkey && canHoldPasskeys()}
      command={ways.command}
      onCode={setCode}
    />
  );
}

interface WaysProps {
  code: string;
  hasPasskeys: boolean;
  /** The words before a command of coda, where it runs. */
  command: string;
  onCode: (code: string) => void;
}

function Ways({ code, hasPasskeys, command, onCode }: WaysProps) {
  const [state, setState] = useState<'asked' | 'signing' | Failure>(code === '' ? 'asked' : 'signing');
  const begin = async (way: () => Promise<void>) => {
    setState('signing');
    try {
      await way();
      await beginSession();
      go(takePlace(), { replace: true });
    } catch (error) {
      setState(failureOf(error));
    }
  };
  const byLink = (instead: boolean) => void begin(() => signIn(code, instead));
  useEffect(() => {
    if (code !== '') byLink(false);
  }, []);
  return (
    <main class="alone" id="main">
      <h1>Sign in</h1>
      <p role="status">
        {state === 'asked' && hasEnded.value && 'Your session has ended. Nothing that you wrote is lost. '}
        {state === 'signing' && 'Signing in …'}
        {state instanceof Failure && state.sentence}
      </p>
      {code === '' && hasPasskeys && (
        <div class="buttons">
          <Button icon="key" onClick={() => void begin(signInWithPasskey)} disabled={state === 'signing'}>
            Sign in with a passkey
          </Button>
        </div>
      )}
      {code === '' && <PasswordForm onFailure={setState} />}
      {state instanceof Failure && state.status === 409 && code !== '' && (
        <Button onClick={() => byLink(true)}>Sign in anew</Button>
      )}
      {state instanceof Failure && state.status === 0 && code !== '' && (
        <Button onClick={() => byLink(false)}>Try again</Button>
      )}
      {state === 'asked' && (
        <p class="faint">Without any of it: run “{command} open” where coda runs, and open the link that it shows.</p>
      )}
      {state !== 'signing' && <CodeForm onCode={onCode} />}
    </main>
  );
}

/** Takes the code of a link that does not lead here, alone or with its link. */
function CodeForm({ onCode }: Pick<WaysProps, 'onCode'>) {
  const [text, setText] = useState<string>();
  if (text === undefined) {
    return (
      <div>
        <Button kind="quiet" onClick={() => setText('')}>
          I have a code
        </Button>
      </div>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onCode(text.slice(text.indexOf('#') + 1).trim());
      }}
    >
      <Field label="The code, or its link" value={text} onValue={setText} required isFirst maxLength={2_000} />
      <div class="buttons">
        <Button type="submit">Go on</Button>
      </div>
    </form>
  );
}

function PasswordForm({ onFailure }: { onFailure: (failure: Failure) => void }) {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    try {
      await ask(api.POST('/v1/session/password', { body: { login, password } }));
      await beginSession();
      go(takePlace(), { replace: true });
    } catch (error) {
      setPassword('');
      setSending(false);
      onFailure(failureOf(error));
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p class="faint">With the password that you have set on the page “You”:</p>
      <Field
        label="Name"
        name="username"
        value={login}
        onValue={setLogin}
        required
        maxLength={80}
        autocomplete="username"
      />
      <Field
        label="Password"
        name="password"
        type="password"
        value={password}
        onValue={setPassword}
        required
        maxLength={200}
        autocomplete="current-password"
      />
      <div class="buttons">
        <Button kind="primary" type="submit" disabled={isSending}>
          {isSending ? 'Signing in …' : 'Sign in'}
        </Button>
      </div>
    </form>
  );
}
