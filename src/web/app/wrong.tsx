/** Pages with words for what cannot be shown, and the way on. */
import { useEffect, useState } from 'preact/hooks';
import { Failure, failureOf } from '../api/client.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { go } from './router.ts';
import { beginSession, signIn } from './session.ts';

export function Nowhere() {
  return (
    <Page title="Nothing here">
      <div class="sheet">
        <p>There is no page at this address, or it is for owners only.</p>
        <p class="section">
          <LinkButton href="/chat">To the chat</LinkButton>
        </p>
      </div>
    </Page>
  );
}

/** A file of the page cannot be loaded: coda is a newer one since, or cannot be reached. */
export function Outdated({ title }: { title: string }) {
  return (
    <Page title={title}>
      <div class="sheet">
        <p role="alert">
          This page could not be loaded: coda was brought to a newer version since, or cannot be reached.
        </p>
        <p class="section">
          <Button kind="primary" onClick={() => location.reload()}>
            Reload the page
          </Button>
        </p>
      </div>
    </Page>
  );
}

/** The page of a browser in which nobody is signed in: how one signs in, or the exchange of a link's code (behind `#`). */
export function SignIn({ code }: { code: string }) {
  const [state, setState] = useState<'asked' | 'signing' | Failure>(code === '' ? 'asked' : 'signing');
  const begin = async (instead: boolean) => {
    setState('signing');
    try {
      await signIn(code, instead);
      await beginSession();
      go('/', { replace: true });
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
        {state === 'asked' && 'Run “coda open” where coda runs, and open the link that it shows.'}
        {state === 'signing' && 'Signing in …'}
        {state instanceof Failure && state.sentence}
      </p>
      {state instanceof Failure && state.status === 409 && (
        <Button onClick={() => void begin(true)}>Sign in anew</Button>
      )}
      {state instanceof Failure && state.status === 0 && <Button onClick={() => void begin(false)}>Try again</Button>}
    </main>
  );
}

/** coda did not answer when the page began. */
export function Unreachable({ failure, onAgain }: { failure: Failure; onAgain: () => void }) {
  return (
    <main class="alone" id="main">
      <h1>coda cannot be reached</h1>
      <p role="alert">{failure.sentence}</p>
      <Button onClick={onAgain}>Try again</Button>
    </main>
  );
}
