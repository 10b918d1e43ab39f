/** The first page of a coda that nobody owns: the code of its log, and a name. */
import { useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import { go } from '../app/router.ts';
import { beginSession, ownZone } from '../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';

export function FirstStart({ code: fromLink }: { code: string }) {
  const [code, setCode] = useState(fromLink);
  const [name, setName] = useState('');
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const claim = async () => {
    setSending(true);
    setFailure(undefined);
    try {
      await ask(api.POST('/v1/first-start', { body: { code: code.trim(), name: name.trim(), zone: ownZone() } }));
      // From here on the page can be loaded again: it asks its question where it was.
      go('/open', { replace: true });
      await beginSession();
    } catch (error) {
      setFailure(failureOf(error));
      setSending(false);
    }
  };
  return (
    <main class="alone" id="main">
      <h1>Welcome</h1>
      <p>
        {fromLink === ''
          ? 'This assistant belongs to nobody yet. Its log, and the terminal in which it runs, show a code: with it, it is yours.'
          : 'This assistant belongs to nobody yet, and is about to be yours.'}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void claim();
        }}
      >
        {fromLink === '' && (
          <Field
            label="Code"
            value={code}
            onValue={setCode}
            required
            isFirst
            maxLength={40}
            placeholder="ABCDE-FGHJK"
          />
        )}
        <Field label="Your name" value={name} onValue={setName} required isFirst={fromLink !== ''} maxLength={80} />
        {failure && (
          <p class="bad" role="alert">
            {failure.sentence}
          </p>
        )}
        <div class="buttons">
          <Button kind="primary" type="submit" disabled={isSending}>
            {isSending ? 'One moment …' : 'Go on'}
          </Button>
        </div>
      </form>
    </main>
  );
}
