/** The page of an invitation: who invites, and the name by which the invited one wants to be known. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import { go } from '../app/router.ts';
import { beginSession } from '../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';

export function Invited({ code }: { code: string }) {
  const [from, setFrom] = useState<string>();
  const [name, setName] = useState('');
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const look = () => {
    setFailure(undefined);
    ask(api.POST('/v1/sign-in/invitation', { body: { code } })).then(
      (invitation) => {
        setFrom(invitation.from);
        setName(invitation.name);
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
  };
  useEffect(look, []);
  const accept = async (instead: boolean) => {
    setSending(true);
    setFailure(undefined);
    try {
      await ask(api.POST('/v1/sign-in/invitation/accept', { body: { code, name: name.trim(), instead } }));
      await beginSession();
      go('/', { replace: true });
    } catch (error) {
      setFailure(failureOf(error));
      setSending(false);
    }
  };
  return (
    <main class="alone" id="main">
      <h1>{from === undefined ? 'An invitation' : `${from} invites you`}</h1>
      {from === undefined && failure === undefined && <p role="status">Looking …</p>}
      {failure && (
        <p class="bad" role="alert">
          {failure.sentence}
        </p>
      )}
      {from === undefined && failure?.status === 0 && <Button onClick={look}>Try again</Button>}
      {from !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void accept(failure?.status === 409);
          }}
        >
          <p>This is an assistant that you may use, too. You can set a password later, on the page “You”.</p>
          <Field label="Your name" value={name} onValue={setName} required isFirst maxLength={80} />
          <div class="buttons">
            <Button kind="primary" type="submit" disabled={isSending}>
              {isSending ? 'One moment …' : failure?.status === 409 ? 'Sign out here, and go on' : 'Go on'}
            </Button>
          </div>
        </form>
      )}
    </main>
  );
}
