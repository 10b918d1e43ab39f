import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onEvent } from '../api/events.ts';
import type { Act } from '../app/acts.ts';
import { isTouch } from '../app/focus.ts';
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
import { MAIN } from './entry.ts';
import { ChatList, newChat, titleOf, useChat, useChats } from './list.tsx';
import { hasChoice, useModel } from './model.tsx';
import { Lines } from './pieces.tsx';

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
  // Before the page is drawn: a press on *Conversations* that comes at once stays.
  useLayoutEffect(() => {
    isListShown.value = false;
  }, [id]);
  const listed = chats.data?.chats.find((chat) => chat.id === id);
  const unlisted = useChat(id, id === MAIN || listed !== undefined || chats.data === undefined);
  const currentChat = listed ?? unlisted;
  useEffect(() => {
    if (currentChat?.temporary) draftsOf(person().person.id).markTemporary(id);
  }, [id, currentChat?.temporary, currentChat?.ended]);
  const title = currentChat ? titleOf(currentChat) : id === MAIN ? assistantName() : 'New conversation';
  const { acts, rename, question } = useChatActs({ chat: currentChat, title, isCurrent: true, onDone: chats.reload });
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
        <Talk key={id} id={id} onSaid={chats.reload} note={<ChatNote chat={currentChat} />} />
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
/** The same of the beginning of what is shown, so that what is earlier is there before somebody waits for it. */
const NEAR_BEGINNING = 800;

interface EndProps {
  /** True if it is not the newest that is shown. */
  isPast: boolean;
  /** Changes whenever something was added. */
  shown: readonly unknown[];
  onBeginning: () => void;
}

/** A box whose end is followed while its reader is near it. */
function useEnd({ isPast, shown, onBeginning }: EndProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
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
    if (box.scrollTop < NEAR_BEGINNING && !isAtEnd.current) onBeginning();
  };
  /** To be called right before something is added above: the lines that are read stay where they are. */
  const stay = () => {
    isAtEnd.current = false;
    const box = scroller.current;
    const line = box && lineInSight(box);
    if (!line) return;
    const before = line.getBoundingClientRect().top;
    requestAnimationFrame(() => box.scrollBy(0, line.getBoundingClientRect().top - before));
  };
  return { scroller, content, isBehind, toEnd, onScroll, stay };
}

/** The first entry that is seen, a piece before its entries: there may be thousands. */
function lineInSight(box: HTMLElement): Element | undefined {
  const { top } = box.getBoundingClientRect();
  const firstOf = (all: Iterable<Element>) => [...all].find((each) => each.getBoundingClientRect().bottom > top);
  const piece = firstOf(box.querySelectorAll('.log'));
  return piece && firstOf(piece.querySelectorAll('.entry'));
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
  const edit = useCallback((text: string) => setEdited({ text }), []);
  const { entries, unsent, hasMore, isLoaded, isThinking, isReadOnly, isBusy } = conversation;
  const count = entries.value.length;
  useEffect(() => {
    if (count > 0) onSaid();
  }, [count > 0, isBusy.value]);

  const past = conversation.past.value;
  const earlier = () => void act(() => conversation.readEarlier(stay));
  const { scroller, content, isBehind, toEnd, onScroll, stay } = useEnd({
    isPast: past !== undefined,
    shown: [entries.value, unsent.value, isThinking.value],
    onBeginning: () => hasMore.value && earlier(),
  });
  const toNewest = () => {
    go(path.value[1] === undefined ? '/chat' : `/chat/${path.value[1]}`, { replace: true });
    void conversation.showNewest().then(() => requestAnimationFrame(toEnd));
  };
  useShownPast(conversation);
  const isEmpty = isLoaded.value && count === 0 && unsent.value.length === 0;
  const tryExample = (text: string) => {
    void conversation.say(text, []);
    // The pressed button goes with what it said.
    if (!isTouch()) field.current?.focus();
  };

  return (
    <main id="main" tabIndex={-1} class="conversation">
      {note}
      <div class="scroller" ref={scroller} onScroll={onScroll}>
        <div class="column">
          <Beginning conversation={conversation} onEarlier={earlier} />
          {isEmpty && <Greeting onChosen={tryExample} />}
          <div role="log" aria-label="Conversation" ref={content}>
            <Lines conversation={conversation} namesModels={hasChoice(model)} onEdit={edit} />
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

/** Above what is shown: the way to what is earlier, and why nothing could be read. */
function Beginning({ conversation, onEarlier }: { conversation: Conversation; onEarlier: () => void }) {
  const { hasMore, failure } = conversation;
  return (
    <>
      {hasMore.value && (
        <Button kind="quiet" onClick={onEarlier}>
          Earlier
        </Button>
      )}
      {failure.value && (
        <p class="failure" role="alert">
          {failure.value.sentence}
        </p>
      )}
    </>
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

function Thinking({ conversation: { isThinking, isBusy } }: { conversation: Conversation }) {
  return (
    <p class="thinking faint" role="status">
      {isThinking.value && isBusy.value ? `${assistantName()} is thinking …` : ''}
    </p>
  );
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
