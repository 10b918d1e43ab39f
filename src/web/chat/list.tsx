/** The conversations beside the chat: here and elsewhere, the pinned ones first, then by day and month. */
import { useState } from 'preact/hooks';
import { api, ask, failureOf, newId } from '../api/client.ts';
import type { Act } from '../app/acts.ts';
import { periodOf, whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { go } from '../app/router.ts';
import { useHits } from '../app/search.ts';
import { assistantName, titlesOfPlatforms } from '../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Excerpt } from '../parts/excerpt.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty, LoadView } from '../parts/page.tsx';
import { LIST_ACTS, useChatActs } from './chat-acts.tsx';
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

export function titleOf({ id, title, place, temporary }: Chat): string {
  if (id === MAIN) return assistantName();
  if (title !== '') return title;
  if (temporary) return 'Temporary conversation';
  return place ? platformName(place.platform) : 'New conversation';
}

/** As many pages of conversations as were asked for: what comes anew may move any of them to the front. */
async function readChats(words: string, isArchive: boolean, pages: number): Promise<Chats> {
  const chats: Chat[] = [];
  for (let page = 0, more = true; more; page++) {
    const before = chats.at(-1)?.at;
    if (page === pages) return { chats, more };
    const archived = isArchive ? ('true' as const) : ('false' as const);
    const query = { limit: PAGE, archived, ...(words !== '' && { q: words }), ...(before !== undefined && { before }) };
    const answer = await ask(api.GET('/v1/chats', { params: { query } }));
    chats.push(...answer.chats);
    more = answer.more;
  }
  return { chats, more: false };
}

export function useChats(words: string, isArchive: boolean): { loaded: LoadState<Chats>; onMore: () => void } {
  const [pages, setPages] = useState(1);
  const loaded = useLoad(`chats ${words} ${isArchive} ${pages}`, () => readChats(words, isArchive, pages), [
    'conversations',
  ]);
  return { loaded, onMore: () => setPages(pages + 1) };
}

/** A conversation that the list does not have: put aside, or older than its page; undefined for one that is still to begin. */
export function useChat(id: string, isListed: boolean): Chat | undefined {
  const read = () => (isListed ? Promise.resolve(undefined) : readChat(id));
  const { data } = useLoad(`chat ${id} ${isListed}`, read, ['conversations']);
  return data?.id === id ? data : undefined;
}

async function readChat(id: string): Promise<Chat | undefined> {
  try {
    return await ask(api.GET('/v1/chats/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (failureOf(error).status === 404) return undefined;
    throw error;
  }
}

interface ListProps {
  loaded: LoadState<Chats>;
  onMore: () => void;
  words: string;
  onSearch: (words: string) => void;
  /** True while those are listed that were put aside. */
  isArchive: boolean;
  onArchive: (isArchive: boolean) => void;
  current: string;
  onChosen: () => void;
}

export function ChatList(props: ListProps) {
  const { loaded, words, onSearch, isArchive, onArchive, onChosen } = props;
  const archive: Act = {
    label: isArchive ? 'All conversations' : 'Archived conversations',
    icon: 'archive',
    run: () => onArchive(!isArchive),
  };
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
        <Menu label="More for conversations" items={[...LIST_ACTS, archive]} />
      </div>
      <LoadView loaded={loaded}>{(chats) => <ChatGroups {...props} chats={chats} />}</LoadView>
    </nav>
  );
}

type GroupsProps = ListProps & { chats: Chats };

function ChatGroups({ chats: { chats, more }, loaded, onMore, words, isArchive, current, onChosen }: GroupsProps) {
  const own = chats.filter(({ id }) => id !== MAIN);
  const main = chats.find(({ id }) => id === MAIN);
  return (
    <>
      {isArchive && words === '' && own.length === 0 && <Empty>Nothing is archived.</Empty>}
      {words === '' && !isArchive && (
        <ul>
          <ChatRow chat={main ?? EMPTY} isCurrent={current === MAIN} onChosen={onChosen} loaded={loaded} />
        </ul>
      )}
      {groupsOf(own).map(([name, all]) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          <ul>
            {all.map((chat) => (
              <ChatRow key={chat.id} chat={chat} isCurrent={chat.id === current} onChosen={onChosen} loaded={loaded} />
            ))}
          </ul>
        </section>
      ))}
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

const [PINNED, ARCHIVED] = ['Pinned', 'Archived'];

/** By when something was said last; the pinned ones before, and what a search finds in the archive behind. */
function groupsOf(chats: readonly Chat[]): [name: string, chats: readonly Chat[]][] {
  const nameOf = ({ pinned, archived, at }: Chat) => (pinned ? PINNED : archived ? ARCHIVED : periodOf(at));
  const groups = new Map<string, Chat[]>();
  for (const chat of chats) {
    const name = nameOf(chat);
    groups.set(name, [...(groups.get(name) ?? []), chat]);
  }
  return [...groups].sort(([a], [b]) => Number(a === ARCHIVED) - Number(b === ARCHIVED));
}

interface RowProps {
  chat: Chat;
  isCurrent: boolean;
  onChosen: () => void;
  loaded: LoadState<Chats>;
}

function ChatRow({ chat, isCurrent, onChosen, loaded }: RowProps) {
  const { id, place, temporary, unread } = chat;
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
        {temporary && <span class="count one-line">Temporary</span>}
        {unread > 0 && <span class="count">{unread} new</span>}
      </a>
      {!place && id !== MAIN && <ChatMenu chat={chat} onDone={loaded.reload} isCurrent={isCurrent} />}
    </li>
  );
}

function ChatMenu({ chat, onDone, isCurrent }: { chat: Chat; onDone: () => void; isCurrent: boolean }) {
  const title = titleOf(chat);
  const { acts, question } = useChatActs({ chat, title, isCurrent, onDone });
  return (
    <>
      <Menu label={`More for ${title}`} items={acts} />
      {question}
    </>
  );
}
