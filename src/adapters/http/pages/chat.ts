/** A chat in a browser, over the messages, buttons, files and events that programs use. */
import { z } from 'zod';
import type { Clock } from '../../../base/clock.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import type { Database } from '../../../storage/index.ts';
import type { Reader } from '../../../time/index.ts';
import type { HttpChat } from '../chat/adapter.ts';
import { placeOf, prefixOf } from '../chat/places.ts';
import { instantIn, type PartOut } from '../chat/shapes.ts';
import { nothing } from '../chat/talk.ts';
import { eventText, type Happening, type Watchers } from '../chat/watchers.ts';
import { callerOf } from '../request.ts';
import * as store from '../store.ts';
import { type Entry, entryOf, partEntry } from './entries.ts';
import type { Layout } from './layout.ts';
import { h, type Markup } from './markup.ts';

export interface ChatPageDeps {
  database: Database;
  adapter: HttpChat;
  watchers: Watchers;
  clock: Clock;
  /** The reader for whom the page's times are written. */
  readerOf(caller: Caller): Promise<Reader>;
}

/** A browser's one conversation: the same in each that its person is signed in. */
const CONVERSATION = 'main';
const SHOWN = 50;
/** The last instant of the year 9999. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Milliseconds after which a stream of events ends. */
const WATCHED_MS = 10 * 60_000;
/** A file and what it stands in must fit into the body of one request; `http.body_limit` may allow less. */
const MOST_FILES = 10;

export function chatRoutes(deps: ChatPageDeps, layout: Layout): readonly AnyRoute[] {
  return [page(deps, layout), log(deps), events(deps), form(deps)];
}

/** Entries before an instant, the oldest first, and if there are more before that. */
async function entries(
  { database, readerOf }: ChatPageDeps,
  caller: Caller,
  before?: Date,
): Promise<[Entry[], boolean]> {
  const { personId } = caller;
  const channels = await channelsOf(database, caller);
  const said = (await store.saidIn(database, { channels, personId }, before, SHOWN + 1)) ?? [];
  const shown = said.slice(0, SHOWN).reverse();
  const reader = await readerOf(caller);
  return [shown.map((each) => entryOf(each, reader)), said.length > SHOWN];
}

function channelsOf(database: Database, caller: Caller): Promise<string[]> {
  const { channel } = placeOf(caller, CONVERSATION);
  return store.channelsBehind(database, { channel, personId: caller.personId });
}

function page(deps: ChatPageDeps, layout: Layout): AnyRoute {
  return route({
    method: 'GET',
    path: '/chat',
    page: true,
    scope: 'messages',
    summary: 'The chat.',
    async handle(request) {
      const caller = callerOf(request);
      const [shown, hasMore] = await entries(deps, caller);
      const list = h(
        'ol',
        { id: 'log' },
        shown.map(({ markup }) => markup),
      );
      const earlier = h('button', { id: 'earlier', type: 'button', class: 'quiet', hidden: !hasMore }, 'Earlier');
      const body = [
        h('h1', { class: 'unseen' }, 'Chat'),
        earlier,
        h('div', { role: 'log', 'aria-label': 'Conversation' }, list),
        h('p', { id: 'state', role: 'status' }),
        composer(),
      ];
      return layout.page({ title: 'Chat', path: '/chat', caller, script: 'chat.js', body });
    },
  });
}

function composer(): Markup {
  const field = {
    id: 'text',
    name: 'text',
    rows: 1,
    maxlength: 100_000,
    placeholder: 'Say something',
    autofocus: true,
  };
  return h(
    'form',
    { id: 'composer', autocomplete: 'off' },
    h('label', { class: 'unseen', for: 'text' }, 'Message'),
    h('textarea', { ...field, 'aria-describedby': 'keys' }),
    h('span', { class: 'unseen', id: 'keys' }, 'Enter sends, Shift and Enter begins a new line.'),
    h('label', { class: 'unseen', for: 'files' }, 'Files'),
    h('input', { id: 'files', type: 'file', multiple: true, 'data-most': MOST_FILES }),
    h('button', { class: 'primary' }, 'Send'),
  );
}

function log(deps: ChatPageDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/chat/log',
    page: true,
    scope: 'messages',
    summary: 'What was said, as the page shows it.',
    query: z.strictObject({ before: instantIn.optional() }),
    async handle(request) {
      const { before } = request.query;
      // Parts of one answer were said at one instant: the page knows those that it has.
      const until = before === undefined ? undefined : new Date(Math.min(Date.parse(before) + 1, LAST_MS));
      const [shown, more] = await entries(deps, callerOf(request), until);
      return { body: { json: { entries: shown, more } } };
    },
  });
}

function events({ database, watchers, clock, readerOf }: ChatPageDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/chat/events',
    page: true,
    scope: 'messages',
    summary: 'What is said from now on, as the page shows it.',
    async handle(request) {
      const caller = callerOf(request);
      const [channels, reader] = await Promise.all([channelsOf(database, caller), readerOf(caller)]);
      // A browser connects again, and is then asked anew who it is.
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WATCHED_MS)]);
      const watch = watchers.watch(channels, (what) => happened(what, { ...reader, now: clock.now() }), signal);
      watch.write(eventText('ready', {}));
      return { body: { events: watch } };
    },
  });
}

function happened(what: Happening, reader: Reader): string {
  if (what.type === 'typing') return eventText('typing', {});
  if (what.type === 'delete') return eventText('delete', { id: what.id });
  return eventText('entry', { ...partEntry(what.part as PartOut, reader.now, reader), replyTo: what.replyTo });
}

function form({ adapter, database }: ChatPageDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/chat/form/:id',
    page: true,
    scope: 'messages',
    summary: 'The words that a button asks for.',
    params: z.object({ id: z.string().regex(/^[\w-]{10,64}$/) }),
    async handle(request) {
      const { id } = request.params;
      const channel = await store.channelOfButton(database, id);
      const isOwn = channel?.startsWith(prefixOf(callerOf(request)));
      const asked = isOwn ? await (await adapter.inbox).form(id) : undefined;
      if (!asked) throw nothing('There is no such button.');
      return { body: { json: asked } };
    },
  });
}
