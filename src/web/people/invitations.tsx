/** Links with which somebody becomes a member at the page: a new one, and those that nobody has used. */
import { useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import type { LoadState } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { CopyDialog } from '../parts/copyable.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Invitations = Json<'/v1/people/invitations'>;

export function OpenInvitations({ loaded }: { loaded: LoadState<Invitations> }) {
  const open = loaded.data?.invitations ?? [];
  if (open.length === 0) return null;
  const takeBack = (id: string, name: string) =>
    void act(() => ask(api.DELETE('/v1/people/invitations/{id}', { params: { path: { id } } })), {
      done: `The invitation of ${name} is taken back.`,
    }).then(loaded.reload);
  return (
    <Section title="Invited">
      <ul class="list">
        {open.map(({ id, name, from, until }) => (
          <Row key={id} label={name} buttons={[{ label: 'Take back', icon: 'x', run: () => takeBack(id, name) }]}>
            <span class="what">
              {name} <span class="under">by {from}</span>
            </span>
            <span class="aside">until {whenText(until)}</span>
          </Row>
        ))}
      </ul>
    </Section>
  );
}

type Made = Pick<Awaited<ReturnType<typeof invite>>, 'url' | 'local'>;

const invite = (name: string) => ask(api.POST('/v1/people/invitations', { body: { name } }));

/** Asks whom to invite, then shows the link. */
export function Inviting({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [name, setName] = useState('');
  const [invitation, setInvitation] = useState<Made>();
  // The question closes itself once it has its answer.
  const answer = useRef<Made>();
  if (invitation !== undefined) {
    const { url: link, local } = invitation;
    const { origin, hash } = new URL(link);
    return (
      <CopyDialog title="The invitation" text={link} onClose={onClose}>
        <p>It is shown this once. Send the link to {name}: whoever opens it first within 7 days is a member.</p>
        {local && (
          <p>
            It works only on the machine on which coda runs: others need its address, which http.url of the
            configuration says.
          </p>
        )}
        {origin !== location.origin && (
          <p>
            Where the link leads nowhere, “I have a code” on the page that they sign in at takes its code:{' '}
            <code>{hash.slice(1)}</code>
          </p>
        )}
      </CopyDialog>
    );
  }
  return (
    <Question
      title="Invite somebody"
      yes="Make a link"
      onClose={() => (answer.current === undefined ? onClose() : setInvitation(answer.current))}
      onYes={async () => {
        answer.current = await invite(name.trim());
      }}
      onDone={onMade}
    >
      <p class="faint">They become a member, and need nothing but a browser.</p>
      <Field label="Their name" value={name} onValue={setName} required isFirst maxLength={80} />
    </Question>
  );
}
