/** Cards: what can be added to this coda, each by a form that is checked before anything is written. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask, type Failure, failureOf } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { useLoad } from '../app/load.ts';
import { ActButton, LinkButton, WordButton } from '../parts/button.tsx';
import { Copyable, Linked } from '../parts/copyable.tsx';
import { Question } from '../parts/dialog.tsx';
import { LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import {
  type Answers,
  firstAnswers,
  SetupFields,
  type SetupForm,
  sentAnswers,
  whenBegunAnew,
} from '../parts/setup.tsx';

type Cards = Json<'/v1/setup/cards'>;
type Card = Cards['cards'][number];

interface Opened {
  card: Card;
  /** Name of one of several; undefined: a new one, or the only one. */
  entry: string | undefined;
  isRemoval: boolean;
}

interface Outcome {
  says: string;
  notes: readonly string[];
  invite: string | null;
  /** `waits`: it is read anew; `hand`: somebody has to start it again. */
  applied: 'waits' | 'done' | 'hand';
}

/** The last thing that was done, and whether it is in use yet. */
function useOutcome(onApplied: () => void) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [failure, setFailure] = useState<Failure>();
  const finish = async (result: Omit<Outcome, 'applied'>, restarts: boolean, readAt: string) => {
    setFailure(undefined);
    setOutcome({ ...result, applied: restarts ? 'waits' : 'hand' });
    try {
      if (restarts) await whenBegunAnew(readAt);
      if (restarts) setOutcome({ ...result, applied: 'done' });
    } catch (error) {
      setFailure(failureOf(error));
    }
    onApplied();
  };
  return { outcome, failure, finish };
}

export function Add() {
  const loaded = useLoad('cards', () => ask(api.GET('/v1/setup/cards')), ['system']);
  const [opened, setOpened] = useState<Opened>();
  const { outcome, failure, finish } = useOutcome(loaded.reload);
  return (
    <LoadView loaded={loaded}>
      {({ cards, file, version, writable, read_at: readAt }) => (
        <>
          {outcome && <OutcomeView outcome={outcome} />}
          {failure && (
            <p class="bad" role="alert">
              {failure.sentence}
            </p>
          )}
          {!writable && (
            <p class="warn section" role="note">
              coda may not write {file}. A card still tells whether it works, and names the settings for the place that
              they come from.
            </p>
          )}
          <Section title="Add">
            <ul class="list">
              {cards.map((card) => (
                <CardRow
                  key={card.id}
                  card={card}
                  onOpen={(entry, isRemoval) => setOpened({ card, entry, isRemoval })}
                />
              ))}
            </ul>
            <p class="faint section">Written into {file}; keys and tokens into .env beside it, and shown nowhere.</p>
          </Section>
          {opened && !opened.isRemoval && (
            <CardForm
              {...opened}
              onClose={() => setOpened(undefined)}
              onDone={({ restarts, says, ...result }) =>
                void finish({ ...result, says: `${nameOf(opened)}: ${says}.` }, restarts, readAt)
              }
            />
          )}
          {opened?.isRemoval && (
            <Removal
              {...opened}
              file={file}
              version={version}
              onClose={() => setOpened(undefined)}
              onDone={(restarts) =>
                void finish({ says: `${nameOf(opened)} is taken out.`, notes: [], invite: null }, restarts, readAt)
              }
            />
          )}
        </>
      )}
    </LoadView>
  );
}

const nameOf = ({ card, entry }: Pick<Opened, 'card' | 'entry'>) =>
  entry === undefined ? card.title : `${card.title}: ${entry}`;

const APPLIED = {
  waits: 'coda reads its settings anew …',
  done: 'It is in use.',
  hand: 'Start coda again to have it used: stop it, and run “coda run”.',
} as const;

function OutcomeView({ outcome: { says, notes, invite, applied } }: { outcome: Outcome }) {
  return (
    <div class="section" role="status">
      <p class="good">
        {says} {APPLIED[applied]}
      </p>
      {notes.map((note) => (
        <p key={note} class="warn">
          Still to be done: <Linked text={note} />
        </p>
      ))}
      {invite !== null && (
        <p>
          <LinkButton href={invite}>Invite it, with the permissions that it needs</LinkButton>
        </p>
      )}
    </div>
  );
}

function CardRow({ card, onOpen }: { card: Card; onOpen: (entry: string | undefined, isRemoval: boolean) => void }) {
  const { title, about, entries, set: isSet, lasting } = card;
  const isOne = entries === null;
  const open = (entry: string | undefined, short: 'Add' | 'Change', name: string): Act => ({
    label: `${short} ${name}`,
    short,
    icon: 'plus',
    key: 'Enter',
    run: () => onOpen(entry, false),
  });
  const removal = (entry: string | undefined, name: string): Act => ({
    label: `Take out ${name}`,
    icon: 'trash',
    run: () => onOpen(entry, true),
  });
  const verb = isOne && isSet ? 'Change' : 'Add';
  const isRemovable = isOne && isSet && !lasting;
  return (
    <>
      <Row label={title} acts={[open(undefined, verb, title), ...(isRemovable ? [removal(undefined, title)] : [])]}>
        <span class="what">
          {title} {isOne && isSet && <span class="tag">set</span>}
          <span class="under"> {about}</span>
        </span>
        <WordButton act={open(undefined, verb, title)} hasIcon={false} />
        {isRemovable && <ActButton act={removal(undefined, title)} />}
      </Row>
      {entries?.map((entry) => (
        <Row key={entry} label={`${title}: ${entry}`} acts={[open(entry, 'Change', entry), removal(entry, entry)]}>
          <span class="what">
            {entry} <span class="tag">set</span>
          </span>
          <WordButton act={open(entry, 'Change', entry)} hasIcon={false} />
          <ActButton act={removal(entry, entry)} />
        </Row>
      ))}
    </>
  );
}

interface Result extends Omit<Outcome, 'applied'> {
  restarts: boolean;
}

interface FormProps extends Opened {
  onClose: () => void;
  onDone: (result: Result) => void;
}

function CardForm({ card, entry, onClose, onDone }: FormProps) {
  const [form, setForm] = useState<SetupForm>();
  const [answers, setAnswers] = useState<Answers>({});
  const [failure, setFailure] = useState<Failure>();
  const isChange = entry !== undefined || (card.entries === null && card.set);
  const params = { path: { id: card.id }, query: entry === undefined ? {} : { entry } };
  useEffect(() => {
    ask(api.GET('/v1/setup/cards/{id}', { params })).then(
      (there) => {
        setForm(there);
        setAnswers({
          ...firstAnswers(there),
          ...(there.entry_field !== null && entry !== undefined ? { [there.entry_field]: entry } : {}),
        });
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
  }, []);
  const save = async () => {
    if (!form) return;
    const body = { version: form.version, change: isChange, answers: sentAnswers(form, answers) };
    onDone(await ask(api.POST('/v1/setup/cards/{id}', { params: { path: { id: card.id } }, body })));
  };
  const visible = form && {
    ...form,
    fields: form.fields.filter(({ key }) => entry === undefined || key !== form.entry_field),
  };
  return (
    <Question title={nameOf({ card, entry })} yes="Check and save" onYes={save} onClose={onClose}>
      <p class="faint">
        {card.about} <span class="small">{card.docs}</span>
      </p>
      {failure && (
        <p class="bad" role="alert">
          {failure.sentence}
        </p>
      )}
      {form === undefined && failure === undefined && <p role="status">Looking what is here …</p>}
      {form && form.steps.length > 0 && (
        <ol class="steps">
          {form.steps.map((step) => (
            <li key={step}>
              <Linked text={step} />
            </li>
          ))}
        </ol>
      )}
      {form && form.pasted !== null && (
        <details>
          <summary>{form.pasted.label}</summary>
          <Copyable label="it" text={form.pasted.text} />
        </details>
      )}
      {visible && <SetupFields form={visible} answers={answers} onAnswers={setAnswers} withRare />}
    </Question>
  );
}

interface RemovalProps extends Opened {
  file: string;
  /** Of the configuration that the list shows. */
  version: string;
  onClose: () => void;
  onDone: (restarts: boolean) => void;
}

function Removal({ card, entry, file, version, onClose, onDone }: RemovalProps) {
  const remove = async () => {
    const query = entry === undefined ? { version } : { entry, version };
    const params = { path: { id: card.id }, query };
    onDone((await ask(api.DELETE('/v1/setup/cards/{id}', { params }))).restarts);
  };
  return (
    <Question
      title={`Take out ${nameOf({ card, entry })}?`}
      yes="Take it out"
      isDanger
      onYes={remove}
      onClose={onClose}
    >
      <p>Its whole block leaves {file}, also what was written into it by hand. Add it again to have it back.</p>
      {card.owners && (
        <p>
          Whoever it made an owner stays one: the list <code>access.owners</code> there names them.
        </p>
      )}
    </Question>
  );
}
