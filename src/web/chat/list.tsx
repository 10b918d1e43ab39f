/** The conversations beside the chat: here and elsewhere, by day. */
import { useState } from 'preact/hooks';
import { api, ask, newId } from '../api/client.ts';
import { dayName, dayOf } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { go } from '../app/router.ts';
import { assistantName } from '../app/session.ts';
import { act } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty, LoadView } from '../parts/page.tsx';
import { type Chat, MAIN } from './entry.ts';

type Chats = { chats: Chat[]; more: boolean };

const hrefOf = (id: string): string => (id === MAIN ? '/chat' : `/chat/${id}`);
export const newChat = (): void => go(`/chat/${newId().slice(0, 12)}`);

const PLATFORMS: Readonly<Record<string, string>> = {
  discord: 'Discord',
  slack: 'Slack',
  console: 'Terminal',
  http: 'A program',
};

export const platformName = (platform: string): string => PLATFORMS[platform] ?? platform;

export function titleOf({ id, title, place }: Chat): string {
  if (id === MAIN) return assistantName();
  if (title !== '') return title;
  return place ? platformName(place.platform) : 'New conversation';
}

export function useChats(words: string): LoadState<Chats> {
  return useLoad(
    `chats ${words}`,
    () => ask(api.GET('/v1/chats', { params: { query: { limit: 100, ...(words !== '' && { q: words }) } } })),
    ['conversations'],
  );
}

interface ListProps {
  loaded: LoadState<Chats>;
  words: string;
  onSearch: (words: string) => void;
  current: string;
  onChosen: () => void;
}

export function ChatList({ loaded, words, onSearch, current, onChosen }: ListProps) {
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
        {({ chats }) => {
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
              {own.length === 0 && words !== '' && <Empty>No conversation has these words.</Empty>}
            </>
          );
        }}
      </LoadView>
    </nav>
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
          <span class="count one-line">
            {place.channel ? `${place.channel} · ` : ''}
            {platformName(place.platform)}
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
          onYes={() => void act(() => ask(api.PATCH('/v1/chats/{id}', { params, body: { title } }))).then(onDone)}
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
          onYes={() =>
            void act(() => ask(api.DELETE('/v1/chats/{id}', { params })), { done: 'Deleted.' }).then((isDone) => {
              if (isDone && isCurrent) go('/chat', { replace: true });
              onDone();
            })
          }
        >
          <p>What was said in it is forgotten. Reminders, notes and lists that came of it stay.</p>
        </Question>
      )}
    </>
  );
}
