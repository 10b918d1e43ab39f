/** Entries: the person's own words as a quiet bubble, answers as text on the page. */
import { useRef, useState } from 'preact/hooks';
import { api, ask, newId } from '../api/client.ts';
import { type Act, useActs } from '../app/acts.ts';
import { clock, duration, plural, sizeOf } from '../app/format.ts';
import { assistantName } from '../app/session.ts';
import { act } from '../app/toasts.tsx';
import { ActButton, Button } from '../parts/button.tsx';
import { copy } from '../parts/copyable.tsx';
import { Field } from '../parts/field.tsx';
import type { Conversation } from './conversation.ts';
import { namesApart } from './draft.ts';
import type { Entry, Turn, Unsent } from './entry.ts';
import { PICTURE } from './files.tsx';
import { Blocks } from './markup.tsx';
import { modelName } from './model.tsx';

interface EntryProps {
  entry: Entry;
  conversation: Conversation;
  /** The words that an answer stands for, where others were said between. */
  answers?: string | undefined;
  isQueued: boolean;
  /** The work that led to this answer, told below its last part. */
  work?: Entry['work'] | undefined;
  /** The model that gave it, where several may. */
  by?: string | undefined;
  /** The message that it answers, whose answer may have other versions. */
  versions?: Entry | undefined;
  onEdit: (text: string) => void;
  onAskAgain?: (() => void) | undefined;
}

export function EntryView(props: EntryProps) {
  const { entry, conversation, answers, isQueued, work, by: model, versions, onEdit, onAskAgain } = props;
  const { by, kind, text, at, blocks, files = [], buttons = [], state, unread } = entry;
  if (entry.ofVersion !== undefined) return <DoneBefore entry={entry} conversation={conversation} />;
  const isOwn = by === 'you';
  return (
    <li class={`entry ${isOwn ? 'you' : 'assistant'} ${kind}`} data-id={entry.id}>
      <p class="who">
        <b>{isOwn ? 'You' : assistantName()}</b> <time dateTime={at}>{clock(at)}</time>
        {model !== undefined && <span title={model}> · {modelName(model, [])}</span>}
        {unread && <span class="tag">new</span>}
        {isQueued && <span class="tag">waiting</span>}
        {isOwn && state === 'failed' && <span class="tag bad">not answered</span>}
        {isOwn && state === 'cancelled' && <span class="tag">stopped</span>}
      </p>
      {answers !== undefined && <p class="answers one-line">to “{answers}”</p>}
      {isOwn ? (
        text !== '' && (
          <p class="plain" dir="auto">
            {text}
          </p>
        )
      ) : (
        <Blocks blocks={blocks ?? []} />
      )}
      <Files files={files} />
      {buttons.length > 0 && <Buttons buttons={buttons} conversation={conversation} />}
      {work && work.calls > 0 && <Work work={work} conversation={conversation.id} />}
      {!entry.growing && (
        <div class="acts">
          {versions && <Versions question={versions} conversation={conversation} />}
          <Button icon="copy" label="Copy" kind="quiet" onClick={() => void copy(text)} />
          {isOwn && !conversation.isReadOnly.value && (
            <Button icon="pencil" label="Edit and ask again" kind="quiet" onClick={() => onEdit(text)} />
          )}
          {onAskAgain && <AskAgain run={onAskAgain} />}
        </div>
      )}
    </li>
  );
}

function AskAgain({ run }: { run: () => void }) {
  const again: Act = { label: 'Ask again', icon: 'again', run };
  useActs([again]);
  return <ActButton act={again} />;
}

/** `‹ 2/3 ›`: the versions of an answer. */
function Versions({ question, conversation }: { question: Entry; conversation: Conversation }) {
  const { versions = [], version = 1 } = question;
  if (versions.length < 2) return null;
  const show = (id: string | undefined) => id !== undefined && void act(() => conversation.showVersion(id));
  const [before, after] = [versions[version - 2], versions[version]];
  return (
    <span class="versions">
      <Button
        icon="earlier"
        label="Version before"
        kind="quiet"
        disabled={before === undefined}
        onClick={() => show(before)}
      />
      <span class="figures small">
        {version}/{versions.length}
      </span>
      <Button
        icon="later"
        label="Version after"
        kind="quiet"
        disabled={after === undefined}
        onClick={() => show(after)}
      />
    </span>
  );
}

/** A version that is not shown has done something, which stays done: it can still be taken back. */
function DoneBefore({ entry, conversation }: { entry: Entry; conversation: Conversation }) {
  const { id, text, buttons = [], ofVersion } = entry;
  return (
    <li class="entry assistant done-before" data-id={id}>
      <p class="small faint one-line">
        Version {ofVersion} did: {text}
      </p>
      <Buttons buttons={buttons} conversation={conversation} />
    </li>
  );
}

function Files({ files }: { files: NonNullable<Entry['files']> }) {
  if (files.length === 0) return null;
  const names = namesApart(files.map(({ name }) => name));
  return (
    <ul class="files">
      {files.map(({ id, name, type, size, url }, index) => (
        <li key={`${id} ${index}`}>
          {PICTURE.test(type) && <img src={url} alt={names[index]} loading="lazy" />}
          <a href={url} download={name}>
            {names[index]}
          </a>{' '}
          <span class="faint small">{sizeOf(size)}</span>
        </li>
      ))}
    </ul>
  );
}

interface Asked {
  button: string;
  field: string;
  label: string;
  placeholder?: string | undefined;
}

function Buttons({ buttons, conversation }: { buttons: NonNullable<Entry['buttons']>; conversation: Conversation }) {
  const [isPressed, setPressed] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const [words, setWords] = useState('');
  const keys = useRef(new Map<string, string>());
  const press = async (id: string, values: Record<string, string>) => {
    setPressed(true);
    const key = keys.current.get(id) ?? newId();
    keys.current.set(id, key);
    await act(() => conversation.press(id, values, key));
    setPressed(false);
    setAsked(undefined);
  };
  const askWords = (id: string) =>
    act(async () => {
      setAsked({ button: id, ...(await ask(api.GET('/v1/buttons/{id}/form', { params: { path: { id } } }))) });
    });
  return (
    <>
      <div class="buttons">
        {buttons.map(({ id, label, style, asks }) => (
          <Button
            key={id}
            {...(style && { kind: style })}
            disabled={isPressed}
            onClick={() => void (asks ? askWords(id) : press(id, {}))}
          >
            {label}
          </Button>
        ))}
      </div>
      {asked && (
        <form
          class="fill"
          onSubmit={(event) => {
            event.preventDefault();
            void press(asked.button, { [asked.field]: words });
          }}
        >
          <Field
            label={asked.label}
            value={words}
            onValue={setWords}
            maxLength={1000}
            placeholder={asked.placeholder}
            isFirst
          />
          <Button type="submit" kind="primary">
            OK
          </Button>
        </form>
      )}
    </>
  );
}

/** A quiet line that opens to the steps. */
function Work({ work, conversation }: { work: NonNullable<Entry['work']>; conversation: string }) {
  const [turn, setTurn] = useState<Turn>();
  const load = () =>
    act(async () => {
      const { turns } = await ask(api.GET('/v1/chats/{id}/turns', { params: { path: { id: conversation } } }));
      setTurn(turns.find(({ id }) => id === work.turn));
    });
  return (
    <details
      class="work"
      onToggle={(event) => {
        if (event.currentTarget.open && !turn) void load();
      }}
    >
      <summary>
        {plural(work.calls, 'step')}, {duration(work.ms)}
      </summary>
      {turn && <Steps turn={turn} />}
    </details>
  );
}

function Steps({ turn }: { turn: Turn }) {
  return (
    <ol class="steps">
      {turn.steps.map(({ at, what, words, tookMs, depth, inputs = [] }, index) => (
        <li key={`${at} ${index}`} class={`depth${Math.min(depth, 3)}`}>
          <span title={what}>{words}</span>
          {tookMs !== undefined && <span class="faint figures"> {duration(tookMs)}</span>}
          {inputs.map(({ name, input }) => (
            <code key={name + input}>
              {name} {input}
            </code>
          ))}
        </li>
      ))}
    </ol>
  );
}

/** A message that is on its way, or did not come there. */
export function UnsentView({ unsent, conversation }: { unsent: Unsent; conversation: Conversation }) {
  const { id, text, files, voice, failure, at } = unsent;
  const names = [...files, ...(voice ? [voice] : [])].map(({ name }) => name);
  return (
    <li class={`entry you message ${failure ? 'unsent' : ''}`} data-id={id}>
      <p class="who">
        <b>You</b> <time dateTime={at}>{clock(at)}</time>
        {!failure && <span class="tag">on its way</span>}
      </p>
      {text !== '' && (
        <p class="plain" dir="auto">
          {text}
        </p>
      )}
      {names.length > 0 && <p class="small faint">{namesApart(names).join(', ')}</p>}
      {failure && (
        <p class="bad" role="alert">
          {failure}{' '}
          <span class="buttons">
            <Button onClick={() => void conversation.say(text, files, { id, voice })}>Send again</Button>
            <Button onClick={() => conversation.drop(id)}>Discard</Button>
          </span>
        </p>
      )}
    </li>
  );
}
