/** Pages with words for what cannot be shown, and the way on. */
import { useEffect } from 'preact/hooks';
import type { Failure } from '../api/client.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';

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

/** Milliseconds until a page that could not begin tries again. */
const AGAIN_MS = 3_000;

/** coda did not answer when the page began. */
export function Unreachable({ failure, onAgain }: { failure: Failure; onAgain: () => void }) {
  useEffect(() => {
    if (failure.status !== 0) return;
    const timer = setTimeout(onAgain, AGAIN_MS);
    addEventListener('online', onAgain);
    return () => {
      clearTimeout(timer);
      removeEventListener('online', onAgain);
    };
  }, [failure]);
  return (
    <main class="alone" id="main">
      <h1>coda cannot be reached</h1>
      <p role="alert">{failure.sentence}</p>
      <Button onClick={onAgain}>Try again</Button>
    </main>
  );
}
