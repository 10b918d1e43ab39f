/** The page of a browser in which nobody is signed in. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, Failure, failureOf } from '../api/client.ts';
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

/** The first start where nobody owns this coda; else how one signs in, or the exchange of a link's code (behind `#`). */
export function SignIn({ code }: { code: string }) {
  const [isFirst, setFirst] = useState<boolean | Failure>();
  const look = () => {
    setFirst(undefined);
    ask(api.GET('/v1/sign-in')).then(
      ({ first }) => setFirst(first),
      (error: unknown) => setFirst(failureOf(error)),
    );
  };
  useEffect(look, []);
  if (isFirst instanceof Failure) return <Unreachable failure={isFirst} onAgain={look} />;
  if (isFirst === undefined) return null;
  if (isFirst) return <FirstStart code={TYPED.test(code) ? code : ''} />;
  return INVITED.test(code) ? <Invited code={code} /> : <Ways code={code} />;
}

function Ways({ code }: { code: string }) {
  const [state, setState] = useState<'asked' | 'signing' | Failure>(code === '' ? 'asked' : 'signing');
  const begin = async (instead: boolean) => {
    setState('signing');
    try {
      await signIn(code, instead);
      await beginSession();
      go(takePlace(), { replace: true });
    } catch (error) {
      setState(failureOf(error));
    }
  };
  useEffect(() => {
    if (code !== '') void begin(false);
  }, []);
  return (
    <main class="alone" id="main">
      <h1>Sign in</h1>
      <p role="status">
        {state === 'asked' && hasEnded.value && 'Your session has ended. Nothing that you wrote is lost. '}
        {state === 'asked' && 'Run “coda open” where coda runs, and open the link that it shows.'}
        {state === 'signing' && 'Signing in …'}
        {state instanceof Failure && state.sentence}
      </p>
      {code === '' && <PasswordForm onFailure={setState} />}
      {state instanceof Failure && state.status === 409 && (
        <Button onClick={() => void begin(true)}>Sign in anew</Button>
      )}
      {state instanceof Failure && state.status === 0 && code !== '' && (
        <Button onClick={() => void begin(false)}>Try again</Button>
      )}
    </main>
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
      <p class="faint">Or with the password that you have set on the page “You”:</p>
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
