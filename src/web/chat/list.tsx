/** The conversations beside the chat: here and elsewhere, by day. */
import { useState } from 'preact/hooks';
import { api, ask, newId } from '../api/client.ts';
import { dayName, dayOf, whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { go } from '../app/router.ts';
import { useHits } from '../app/search.ts';
import { assistantName, titlesOfPlatforms } from '../app/session.ts';
import { say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Excerpt } from '../parts/excerpt.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty, LoadView } from '../parts/page.tsx';
import { type Chat, MAIN } from './entry.ts';

type Chats = { chats: Chat[]; more: boolean };
/** Conversations that are read at once. */
const PAGE = 100;

const hrefOf = (id: string): string => (id === MAIN ? '/chat' : `/chat/${id}`);
export const newChat = (): void => go(`/chat/${newId().slice(0, 12)}`);

/** Ways to coda that stand as words of their own on a page; platforms have their own titles. */
const HERE: Readonly<Record<string, string>> = { console: 'Terminal', http: 'Web', invitation: 'by an invitation' };

export const platformName = (platform: string): string => HERE[platform] ?? titlesOfPlatforms()[platform] ?? platform;

/** A shared place by its name; a thread that has none of its own by that of its channel. */
export function placeWords(kind: 'dm' | 'channel' | 'thread', name: string | null | undefined): string {
  if (!name) return kind === 'thread' ? 'A thread' : 'A channel';
  return kind === 'thread' && name.startsWith('#') ? `A thread in ${name}` : name;
}

export function titleOf({ id, title, place }: Chat): string {
  if (id === MAIN) return assistantName();
  if (title !== '') return title;
  return place ? platformName(place.platform) : 'New conversation';
}

/** As many pages of conversations as were asked for: what comes anew may move any of them to the front. */
async function readChats(words: string, pages: number): Promise<Chats> {
  const chats: Chat[] = [];
  for (let page = 0, more = true; more; page++) {
    const before = chats.at(-1)?.at;
    if (page === pages) return { chats, more };
    const query = { limit: PAGE, ...(words !== '' && { q: words }), ...(before !== undefined && { before }) };
    const found = await ask(api.GET('/v1/chats', { params: { query } }));
    chats.push(...found.chats);
    more = found.more;
  }
  return { chats, more: false };
}

export function useChats(words: string): { loaded: LoadState<Chats>; onMore: () => void } {
  const [pages, setPages] = useState(1);
  const loaded = useLoad(`chats ${words} ${pages}`, () => readChats(words, pages), ['conversations']);
  return { loaded, onMore: () => setPages(pages + 1) };
}

interface ListProps {
  loaded: LoadState<Chats>;
  onMore: () => void;
  words: string;
  onSearch: (words: string) => void;
  current: string;
  onChosen: () => void;
}

export function ChatList({ loaded, onMore, words, onSearch, current, onChosen }: ListProps) {
  return (
    <nav class="chats" aria-label="Conversations">
      <div class="head">
        <input
          class="input"
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          value={words}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
        <Button
          icon="plus"
          label="New conversation"
          onClick={() => {
            newChat();
            onChosen();
          }}
        />
      </div>
      <LoadView loaded={loaded}>
        {(chats) => <ChatGroups {...{ chats, loaded, onMore, words, current, onChosen }} />}
      </LoadView>
    </nav>
  );
}

type GroupsProps = Omit<ListProps, 'onSearch'> & { chats: Chats };

function ChatGroups({ chats: { chats, more }, loaded, onMore, words, current, onChosen }: GroupsProps) {
  const own = chats.filter(({ id }) => id !== MAIN);
  const days = GROUPS.map((name) => [name, own.filter(({ at }) => groupOf(at) === name)] as const);
  const main = chats.find(({ id }) => id === MAIN);
  return (
    <>
      {words === '' && (
        <ul>
          <ChatRow chat={main ?? EMPTY} isCurrent={current === MAIN} onChosen={onChosen} loaded={loaded} />
        </ul>
      )}
      {days.map(
        ([day, all]) =>
          all.length > 0 && (
            <section key={day} aria-label={day}>
              <h2>{day}</h2>
              <ul>
                {all.map((chat) => (
                  <ChatRow
                    key={chat.id}
                    chat={chat}
                    isCurrent={chat.id === current}
                    onChosen={onChosen}
                    loaded={loaded}
                  />
                ))}
              </ul>
            </section>
          ),
      )}
      {more && (
        <Button kind="quiet" onClick={onMore}>
          Older conversations
        </Button>
      )}
      {words !== '' && <Said words={words} hasOthers={own.length > 0} onChosen={onChosen} />}
    </>
  );
}

/** Messages with the words, however old; each leads to its place. */
function Said({ words, hasOthers, onChosen }: { words: string; hasOthers: boolean; onChosen: () => void }) {
  const hits = useHits(words.toLowerCase()).filter(({ at }) => at !== undefined);
  if (hits.length === 0) return hasOthers ? null : <Empty>No conversation has these words.</Empty>;
  return (
    <section aria-label="What was said">
      <h2>What was said</h2>
      <ul>
        {hits.map((hit) => (
          <li key={hit.id} class="chat">
            <a href={hit.href} onClick={onChosen}>
              <span class="excerpt">
                <Excerpt hit={hit} />
              </span>
              <span class="count">{whenText(hit.at ?? '')}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const EMPTY: Chat = { id: MAIN, title: '', at: new Date(0).toISOString(), unread: 0 };

const GROUPS = ['Today', 'Yesterday', 'Earlier'];

function groupOf(at: string): string {
  const name = dayName(dayOf(at));
  return GROUPS.includes(name) ? name : 'Earlier';
}

interface RowProps {
  chat: Chat;
  isCurrent: boolean;
  onChosen: () => void;
  loaded: LoadState<Chats>;
}

function ChatRow({ chat, isCurrent, onChosen, loaded }: RowProps) {
  const { id, place, unread } = chat;
  return (
    <li class="chat">
      <a href={hrefOf(id)} aria-current={isCurrent ? 'page' : undefined} onClick={onChosen}>
        <span class="one-line">{titleOf(chat)}</span>
        {place && (
          <span class="count one-line" title={place.channel}>
            {place.channel
              ? `${place.name ?? 'A channel'} on ${platformName(place.platform)}`
              : platformName(place.platform)}
          </span>
        )}
        {unread > 0 && <span class="count">{unread} new</span>}
      </a>
      {!place && id !== MAIN && <ChatMenu chat={chat} onDone={loaded.reload} isCurrent={isCurrent} />}
    </li>
  );
}

function ChatMenu({ chat, onDone, isCurrent }: { chat: Chat; onDone: () => void; isCurrent: boolean }) {
  const [question, setQuestion] = useState<'rename' | 'delete'>();
  const [title, setTitle] = useState('');
  const params = { path: { id: chat.id } };
  return (
    <>
      <Menu
        label={`More for ${titleOf(chat)}`}
        items={[
          {
            label: 'Rename',
            icon: 'pencil',
            run: () => {
              setTitle(titleOf(chat));
              setQuestion('rename');
            },
          },
          { label: 'Delete', icon: 'trash', isDanger: true, run: () => setQuestion('delete') },
        ]}
      />
      {question === 'rename' && (
        <Question
          title="Rename the conversation"
          yes="Rename"
          onClose={() => setQuestion(undefined)}
          onYes={() => ask(api.PATCH('/v1/chats/{id}', { params, body: { title } }))}
          onDone={onDone}
        >
          <Field label="Title" value={title} onValue={setTitle} maxLength={120} required />
        </Question>
      )}
      {question === 'delete' && (
        <Question
          title={`Delete “${titleOf(chat)}”?`}
          yes="Delete"
          isDanger
          onClose={() => setQuestion(undefined)}
          onYes={() => ask(api.DELETE('/v1/chats/{id}', { params }))}
          onDone={() => {
            say('Deleted.');
            if (isCurrent) go('/chat', { replace: true });
            onDone();
          }}
        >
          <p>What was said in it is forgotten. Reminders, notes and lists that came of it stay.</p>
        </Question>
      )}
    </>
  );
}
