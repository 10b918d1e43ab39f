import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onEvent } from '../api/events.ts';
import type { Act } from '../app/acts.ts';
import { dayName, dayOf } from '../app/format.ts';
import { go, path, query } from '../app/router.ts';
import { assistantName, person } from '../app/session.ts';
import { useSettled } from '../app/settled.ts';
import { act } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Page } from '../parts/page.tsx';
import { ChatNote, LIST_ACTS, useChatActs } from './chat-acts.tsx';
import { Composer } from './composer.tsx';
import { type Conversation, conversationOf, nearestEntry } from './conversation.ts';
import { draftsOf } from './device.ts';
import { type Entry, MAIN } from './entry.ts';
import { EntryView, UnsentView } from './entry.tsx';
import { ChatList, newChat, titleOf, useChat, useChats } from './list.tsx';
import { hasChoice, type ModelState, useModel } from './model.tsx';

/** True while the list covers the conversation on a phone. */
const isListShown = signal(false);

export default function ChatPage() {
  const id = path.value[1] ?? MAIN;
  const [words, setWords] = useState('');
  const [isArchive, setArchive] = useState(false);
  const { loaded: chats, onMore } = useChats(useSettled(words), isArchive);
  useEffect(
    () =>
      onEvent('entry', ({ entry }) => {
        if (!entry.growing) chats.reload();
      }),
    [],
  );
  useEffect(() => {
    isListShown.value = false;
  }, [id]);
  const listed = chats.data?.chats.find((chat) => chat.id === id);
  const unlisted = useChat(id, id === MAIN || listed !== undefined || chats.data === undefined);
  const known = listed ?? unlisted;
  const title = known ? titleOf(known) : id === MAIN ? assistantName() : 'New conversation';
  const { acts, rename, question } = useChatActs({ chat: known, title, isCurrent: true, onDone: chats.reload });
  const list = (
    <ChatList
      loaded={chats}
      onMore={onMore}
      words={words}
      onSearch={setWords}
      isArchive={isArchive}
      onArchive={setArchive}
      current={id}
      onChosen={() => {
        isListShown.value = false;
      }}
    />
  );
  return (
    <Page
      isFull
      title={title}
      titleAct={rename}
      more={{ label: 'More for this conversation', acts: [...acts, ...exportActs(id, title), ...LIST_ACTS] }}
      beside={<NarrowButtons />}
    >
      <div class={`talk ${isListShown.value ? 'listing' : ''}`}>
        {list}
        <Talk key={id} id={id} onSaid={chats.reload} note={<ChatNote chat={known} />} />
      </div>
      {question}
    </Page>
  );
}

const NarrowButtons = () => (
  <span class="narrow-only">
    <Button icon="plus" label="New conversation" kind="quiet" onClick={newChat} />
    <Button
      icon="message"
      label="Conversations"
      kind="quiet"
      onClick={() => {
        isListShown.value = !isListShown.value;
      }}
    />
  </span>
);

/** The file is made by code that is loaded then. */
const exportActs = (id: string, title: string): Act[] =>
  FORMATS.map(([format, words]) => ({
    label: `Export as ${words}`,
    icon: 'download',
    run: () =>
      void act(async () => {
        const { exportChat } = await import('./export.ts');
        await exportChat(id, title, format, assistantName());
      }),
  }));

const FORMATS = [
  ['md', 'Markdown'],
  ['json', 'JSON'],
] as const;

/** How near the end somebody must be so that what comes is followed, in pixels. */
const NEAR = 80;

/** A box whose end is followed while its reader is near it; `shown` changes whenever something was added, `isPast`: not what is new. */
function useEnd(isPast: boolean, shown: readonly unknown[]) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const [isBehind, setBehind] = useState(false);
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  useLayoutEffect(() => {
    if (isPast) isAtEnd.current = false;
    if (isAtEnd.current) toEnd();
  }, shown);
  useEffect(() => {
    // Pictures come later than the words, and a phone's keyboard takes room.
    const sizes = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    if (content.current) sizes.observe(content.current);
    if (scroller.current) sizes.observe(scroller.current);
    return () => sizes.disconnect();
  }, []);
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    setBehind(!isAtEnd.current);
  };
  /** Adds something above; the lines that are read stay where they are. */
  const grow = async (add: () => Promise<boolean>) => {
    const box = scroller.current;
    const height = box?.scrollHeight ?? 0;
    isAtEnd.current = false;
    if (await add()) requestAnimationFrame(() => box?.scrollBy(0, box.scrollHeight - height));
  };
  return { scroller, content, isBehind, toEnd, onScroll, grow };
}

/** The conversation while it is shown: its newest messages, or those around the one that the address names. */
function useConversation(id: string): Conversation {
  const conversation = useMemo(() => conversationOf(id, draftsOf(person().person.id)), [id]);
  useEffect(() => {
    conversation.open();
    return () => conversation.close();
  }, [conversation]);
  const at = query.value.get('at');
  useEffect(() => {
    if (at === null) void conversation.showNewest();
    else void conversation.showPast(at);
  }, [conversation, at]);
  return conversation;
}

function Talk({ id, onSaid, note }: { id: string; onSaid: () => void; note: ComponentChildren }) {
  const conversation = useConversation(id);
  const model = useModel(id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [edited, setEdited] = useState<{ text: string }>();
  const { entries, unsent, hasMore, isLoaded, isThinking, isReadOnly, failure, isBusy } = conversation;
  const count = entries.value.length;
  useEffect(() => {
    if (count > 0) onSaid();
  }, [count > 0, isBusy.value]);

  const past = conversation.past.value;
  const { scroller, content, isBehind, toEnd, onScroll, grow } = useEnd(past !== undefined, [
    entries.value,
    unsent.value,
    isThinking.value,
  ]);
  const earlier = () => grow(() => act(() => conversation.readEarlier()));
  const toNewest = () => {
    go(path.value[1] === undefined ? '/chat' : `/chat/${path.value[1]}`, { replace: true });
    void conversation.showNewest().then(() => requestAnimationFrame(toEnd));
  };
  useShownPast(conversation);
  const isEmpty = isLoaded.value && count === 0 && unsent.value.length === 0;
  const tryExample = (text: string) => void conversation.say(text, []);

  return (
    <main id="main" tabIndex={-1} class="conversation">
      {note}
      <div class="scroller" ref={scroller} onScroll={onScroll}>
        <div class="column">
          {hasMore.value && (
            <Button kind="quiet" onClick={() => void earlier()}>
              Earlier
            </Button>
          )}
          {failure.value && (
            <p class="failure" role="alert">
              {failure.value.sentence}
            </p>
          )}
          {isEmpty && <Greeting onChosen={tryExample} />}
          <div role="log" aria-label="Conversation">
            <ol class="log" ref={content}>
              <Lines conversation={conversation} model={model} onEdit={(text) => setEdited({ text })} />
            </ol>
          </div>
          <Thinking conversation={conversation} />
          {!isReadOnly.value && <UntriedExamples conversation={conversation} onChosen={tryExample} />}
        </div>
      </div>
      {(isBehind || past !== undefined) && <ToNewest onPress={past === undefined ? toEnd : toNewest} />}
      {isReadOnly.value ? (
        <p class="read-only faint">This was said elsewhere; go on there.</p>
      ) : (
        <Composer conversation={conversation} field={field} edited={edited} model={model} />
      )}
    </main>
  );
}

function ToNewest({ onPress }: { onPress: () => void }) {
  return (
    <button type="button" class="button newest" onClick={onPress}>
      <Icon name="newest" />
      To the newest
    </button>
  );
}

/** Scrolls to the message that was searched for, and marks it. */
function useShownPast({ past, entries }: Conversation): void {
  const at = past.value;
  const first = at === undefined ? undefined : nearestEntry(entries.value, at, query.value.get('q') ?? '')?.id;
  useLayoutEffect(() => {
    if (first === undefined) return;
    const line = document.querySelector(`.log [data-id="${CSS.escape(first)}"]`);
    line?.classList.add('searched');
    line?.scrollIntoView({ block: 'center' });
    return () => line?.classList.remove('searched');
  }, [first]);
}

type LinesProps = Omit<LineProps, 'entry' | 'day'>;

function Lines({ conversation, model, onEdit }: LinesProps) {
  const { entries, unsent } = conversation;
  return (
    <>
      {withDays(entries.value).map(({ entry, day }) => (
        <Line key={entry.id} {...{ entry, day, conversation, model, onEdit }} />
      ))}
      {unsent.value
        .filter(({ id }) => !entries.value.some((entry) => entry.id === id))
        .map((each) => (
          <UnsentView key={each.id} unsent={each} conversation={conversation} />
        ))}
    </>
  );
}

function Thinking({ conversation: { isThinking, isBusy } }: { conversation: Conversation }) {
  return (
    <p class="thinking faint" role="status">
      {isThinking.value && isBusy.value ? `${assistantName()} is thinking …` : ''}
    </p>
  );
}

interface LineProps {
  entry: Entry;
  day: string | undefined;
  conversation: Conversation;
  model: ModelState;
  onEdit: (text: string) => void;
}

function Line({ entry, day, conversation, model, onEdit }: LineProps) {
  const all = conversation.entries.value;
  const at = all.indexOf(entry);
  const question = entry.replyTo === undefined ? undefined : all.find(({ id }) => id === entry.replyTo);
  const lastAsked = all.slice(0, at).findLast(({ by }) => by === 'you');
  const isApart = question !== undefined && lastAsked !== undefined && lastAsked.id !== question.id;
  const isLast = !all
    .slice(at + 1)
    .some(({ replyTo, ofVersion }) => replyTo !== undefined && replyTo === entry.replyTo && ofVersion === undefined);
  const running = all.find(({ by, state }) => by === 'you' && state === 'running');
  return (
    <>
      {day !== undefined && (
        <li class="day" aria-label={dayName(day)}>
          <span>{dayName(day)}</span>
        </li>
      )}
      <EntryView
        entry={entry}
        conversation={conversation}
        answers={isApart ? question.text.slice(0, 80) : undefined}
        isQueued={entry.by === 'you' && entry.state === 'running' && running?.id !== entry.id}
        work={isLast ? question?.work : undefined}
        by={isLast && hasChoice(model) ? question?.work?.model : undefined}
        onEdit={onEdit}
        versions={isLast ? question : undefined}
        onAskAgain={
          isLast && question && !conversation.isReadOnly.value ? again(entry, question, conversation) : undefined
        }
      />
    </>
  );
}

/** In the place of the answer where that can be, else below, as a message of its own. */
function again({ kind }: Entry, question: Entry, conversation: Conversation): (() => void) | undefined {
  if (question.again) return () => void act(() => conversation.askAgain(question.id));
  // Files are gone from the page.
  if (question.files || kind !== 'answer') return undefined;
  return () => void conversation.say(question.text, []);
}

function withDays(entries: readonly Entry[]) {
  let before: string | undefined;
  return entries.map((entry) => {
    const day = dayOf(entry.at);
    const isNew = day !== before;
    before = day;
    return { entry, day: isNew ? day : undefined };
  });
}

function Greeting({ onChosen }: { onChosen: (text: string) => void }) {
  const {
    person: { name },
    model,
  } = person();
  return (
    <div class="greeting">
      <p class="hello">
        Hello {name}. I am {assistantName()}.
      </p>
      <p class="faint">Say what I should remember, bring up later, or find. For example:</p>
      <Examples texts={EXAMPLES} onChosen={onChosen} />
      {model === 'none' && (
        <p class="faint">
          No model is asked yet. <a href="/open">Choose one</a>.
        </p>
      )}
    </div>
  );
}

const Examples = ({ texts, onChosen }: { texts: readonly string[]; onChosen: (text: string) => void }) => (
  <div class="buttons">
    {texts.map((text) => (
      <Button key={text} onClick={() => onChosen(text)}>
        {text}
      </Button>
    ))}
  </div>
);

/** The examples that nobody has tried, until the person says something of their own. */
function UntriedExamples({ conversation, onChosen }: { conversation: Conversation; onChosen: (text: string) => void }) {
  const { entries, unsent, hasMore, past } = conversation;
  const all = [...entries.value.filter(({ by }) => by === 'you'), ...unsent.value].map(({ text }) => text);
  const isBeginning = all.length > 0 && all.every((text) => EXAMPLES.includes(text));
  const texts = EXAMPLES.filter((text) => !all.includes(text));
  if (!isBeginning || texts.length === 0 || hasMore.value || past.value !== undefined) return null;
  return (
    <section class="examples" aria-label="Examples">
      <p class="faint">Try also:</p>
      <Examples texts={texts} onChosen={onChosen} />
    </section>
  );
}

/** Each works without a model. */
const EXAMPLES: readonly string[] = [
  'remind me tomorrow at 9 to call the dentist',
  'add milk and eggs to the shopping list',
  'what can you do?',
];
