/** One's own passkeys: a new one, their names, and which of them go. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { whenText } from '../app/format.ts';
import { addPasskey, canHoldPasskeys } from '../app/passkeys.ts';
import { say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Own = Json<'/v1/me/sign-in'>;
type Passkey = Own['passkeys'][number];

const MOST = 20;

interface PasskeysProps {
  own: Own;
  onChanged: () => void;
}

export function Passkeys({ own, onChanged }: PasskeysProps) {
  const [question, setQuestion] = useState<'new' | { act: 'rename' | 'remove'; passkey: Passkey }>();
  const isHere = canHoldPasskeys() && isPageOf(own.passkey_pages);
  const close = () => setQuestion(undefined);
  return (
    <Section
      title="Passkeys"
      acts={
        isHere && own.passkeys.length < MOST
          ? [{ label: 'Add a passkey', icon: 'key', run: () => setQuestion('new') }]
          : []
      }
    >
      {own.passkeys.length === 0 && (
        <p>
          {isHere
            ? 'There is none. With one you sign in by a fingerprint, a face or the code of your device, and type nothing.'
            : 'There is none.'}
        </p>
      )}
      {!isHere && <p class="faint">{elsewhere(own.passkey_pages)}</p>}
      <ul class="list">
        {own.passkeys.map((passkey) => (
          <PasskeyRow
            key={passkey.id}
            passkey={passkey}
            onRename={() => setQuestion({ act: 'rename', passkey })}
            onRemove={() => setQuestion({ act: 'remove', passkey })}
          />
        ))}
      </ul>
      {question === 'new' && <NewPasskey hasPassword={own.login !== null} onClose={close} onDone={onChanged} />}
      {typeof question === 'object' && question.act === 'rename' && (
        <Renaming passkey={question.passkey} onClose={close} onDone={onChanged} />
      )}
      {typeof question === 'object' && question.act === 'remove' && (
        <Removing passkey={question.passkey} onClose={close} onDone={onChanged} />
      )}
    </Section>
  );
}

/** True if the page is open at one of these addresses; their path is no part of what a passkey is bound to. */
const isPageOf = (pages: readonly string[]): boolean => pages.some((page) => new URL(page).origin === location.origin);

/** Why no passkey is made at this address, and where one is. */
function elsewhere(pages: readonly string[]): string {
  const [page] = pages;
  if (isPageOf(pages)) return 'This browser has no passkeys.';
  const cause = `A browser makes no passkey for ${location.origin}: it wants a name and https, or localhost.`;
  if (page?.startsWith('http://localhost'))
    return `${cause} Whoever runs coda sets http.url to such an address, or opens ${page} on its machine.`;
  return page === undefined ? `${cause} Whoever runs coda sets http.url to such an address.` : `${cause} Open ${page}.`;
}

interface PasskeyRowProps {
  passkey: Passkey;
  onRename: () => void;
  onRemove: () => void;
}

function PasskeyRow({ passkey: { name, host, since, used, copied }, onRename, onRemove }: PasskeyRowProps) {
  const acts: Act[] = [
    { label: 'Rename', icon: 'pencil', key: 'c', run: onRename },
    { label: 'Remove', icon: 'trash', isDanger: true, run: onRemove },
  ];
  return (
    <Row label={name} menu={{ label: `More for ${name}`, acts }}>
      <span class="what">
        {name}{' '}
        <span class="under">
          for {host}, since {whenText(since)}
          {used === null ? ', not used yet' : `, used ${whenText(used)}`}
        </span>
        {copied !== null && (
          <span class="under bad">
            {' '}
            Refused {whenText(copied)}: it was used out of order, so that somebody may have a copy. Remove it, and add
            another one.
          </span>
        )}
      </span>
    </Row>
  );
}

interface AskedProps {
  onClose: () => void;
  onDone: () => void;
}

function NewPasskey({ hasPassword, onClose, onDone }: AskedProps & { hasPassword: boolean }) {
  const [name, setName] = useState('This device');
  const [current, setCurrent] = useState('');
  return (
    <Question
      title="Add a passkey"
      yes="Go on"
      onClose={onClose}
      onYes={() => addPasskey(name.trim(), hasPassword ? current : undefined)}
      onDone={() => {
        say('The passkey is added: from now on it signs you in.');
        onDone();
      }}
    >
      <p class="faint">Your browser asks where it is to be: on this device, a telephone, or a security key.</p>
      <Field label="Its name" of="name" value={name} onValue={setName} required isFirst maxLength={80} />
      {hasPassword && (
        <Field
          label="Your password"
          of="current"
          type="password"
          value={current}
          onValue={setCurrent}
          required
          autocomplete="current-password"
        />
      )}
    </Question>
  );
}

function Renaming({ passkey, onClose, onDone }: AskedProps & { passkey: Passkey }) {
  const [name, setName] = useState(passkey.name);
  const path = { id: passkey.id };
  return (
    <Question
      title="Rename the passkey"
      yes="Rename"
      onClose={onClose}
      onYes={() => ask(api.PATCH('/v1/me/passkeys/{id}', { params: { path }, body: { name: name.trim() } }))}
      onDone={onDone}
    >
      <Field label="Its name" of="name" value={name} onValue={setName} required isFirst maxLength={80} />
    </Question>
  );
}

const Removing = ({ passkey: { id, name }, onClose, onDone }: AskedProps & { passkey: Passkey }) => (
  <Question
    title={`Remove “${name}”?`}
    yes="Remove"
    isDanger
    onClose={onClose}
    onYes={() => ask(api.DELETE('/v1/me/passkeys/{id}', { params: { path: { id } } }))}
    onDone={() => {
      say('It signs nobody in any more.');
      onDone();
    }}
  >
    <p>It signs nobody in any more. Browsers that are signed in stay so: end them below where the device is lost.</p>
  </Question>
);
