/** “Whom shall I ask?”: the model that is to answer, checked before it is written down. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { go } from '../app/router.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';

type Offer = Json<'/v1/setup/model'>['offers'][number];

const NOBODY = '';
const LOOK_EVERY_MS = 500;
const STARTS_WITHIN_MS = 60_000;

export function ModelQuestion() {
  const [answer, setAnswer] = useState<Json<'/v1/setup/model'>>();
  const offers = answer?.offers;
  const [choice, setChoice] = useState(NOBODY);
  const [key, setKey] = useState('');
  const [isChecking, setChecking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const look = () => {
    setFailure(undefined);
    ask(api.GET('/v1/setup/model')).then(
      (there) => {
        setAnswer(there);
        setChoice(there.offers.find(({ kind }) => kind !== 'key')?.id ?? NOBODY);
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
  };
  useEffect(look, []);
  const offer = offers?.find(({ id }) => id === choice);
  const goOn = async () => {
    if (!offer) return go('/chat', { replace: true });
    setChecking(true);
    setFailure(undefined);
    try {
      await choose(offer, key.trim(), answer?.read_at);
      go('/chat', { replace: true });
    } catch (error) {
      setFailure(failureOf(error));
      setChecking(false);
    }
  };
  return (
    <main class="alone" id="main">
      <h1>Whom shall I ask?</h1>
      <p>I answer with a language model. Reminders, notes and plain English work without one.</p>
      {offers === undefined && failure === undefined && <p role="status">Looking what is here …</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void goOn();
        }}
      >
        {offers && <Choices offers={offers} choice={choice} onChoice={setChoice} />}
        {offer?.kind === 'key' && <KeyField offer={offer} value={key} onValue={setKey} />}
        <FailureText failure={failure} />
        <div class="buttons">
          <Button kind="primary" type="submit" disabled={isChecking || offers === undefined}>
            {isChecking ? 'Asking …' : 'Go on'}
          </Button>
          <Button onClick={look} disabled={isChecking}>
            Look again
          </Button>
        </div>
      </form>
    </main>
  );
}

const FailureText = ({ failure }: { failure: Failure | undefined }) =>
  failure ? (
    <p class="bad" role="alert">
      {failure.sentence}
    </p>
  ) : null;

interface ChoicesProps {
  offers: readonly Offer[];
  choice: string;
  onChoice: (id: string) => void;
}

function Choices({ offers, choice, onChoice }: ChoicesProps) {
  const all = [
    ...offers.map((offer) => ({ id: offer.id, words: wordsOf(offer) })),
    { id: NOBODY, words: 'Nobody for now' },
  ];
  return (
    <fieldset class="choices">
      <legend class="unseen">Whom shall I ask?</legend>
      {all.map(({ id, words }) => (
        <label key={id}>
          <input type="radio" name="choice" checked={id === choice} onChange={() => onChoice(id)} /> {words}
        </label>
      ))}
    </fieldset>
  );
}

function wordsOf({ id, title, kind }: Offer): string {
  if (kind === 'local') return `${id.slice(id.indexOf('/') + 1)}, on this machine (${title})`;
  return kind === 'environment' ? `${title}, with the key that is set here` : `${title}, with a key that I paste`;
}

function KeyField({ offer, value, onValue }: { offer: Offer; value: string; onValue: (value: string) => void }) {
  const label = `The API key of ${offer.title}`;
  return <Field label={label} type="password" value={value} onValue={onValue} required isFirst maxLength={500} />;
}

/** Resolves once coda has begun anew with the chosen model. */
async function choose({ id, kind }: Offer, key: string, readAt: string | undefined): Promise<void> {
  const body = kind === 'key' ? { choice: id, key } : { choice: id };
  const { restarts } = await ask(api.POST('/v1/setup/model', { body }));
  const until = Date.now() + STARTS_WITHIN_MS;
  while (restarts && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    // Away for a moment, which is waited for.
    const answers = await ask(api.GET('/v1/setup/model')).catch(() => undefined);
    if (answers !== undefined && answers.read_at !== readAt) return;
  }
  if (restarts) throw failureOf(new Error('coda takes long to begin anew.'));
}
