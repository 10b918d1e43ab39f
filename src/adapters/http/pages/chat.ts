/** A chat in a browser, over the messages, buttons, files and events that programs use. */
import { z } from 'zod';
import type { Clock } from '../../../base/clock.ts';
import { plural } from '../../../base/text.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import { type Block, blocksOf, type FileRef, type Inline, inlineOf, isLong } from '../../../delivery/index.ts';
import type { Database } from '../../../storage/index.ts';
import type { Reader } from '../../../time/index.ts';
import type { HttpChat } from '../chat/adapter.ts';
import { pageChannel, partId, placeOf, unreadChannels } from '../chat/places.ts';
import { instantIn, type PartOut, partShown } from '../chat/shapes.ts';
import { channelOf, nothing } from '../chat/talk.ts';
import { markShown } from '../chat/unread.ts';
import { eventText, type Happening, type Watchers } from '../chat/watchers.ts';
import { callerOf } from '../request.ts';
import type { SaidRow } from '../store.ts';
import * as store from '../store.ts';
import type { Layout } from './layout.ts';
import { type Child, h, type Markup } from './markup.ts';
import { timeOf } from './sections.ts';

export interface ChatPageDeps {
  database: Database;
  adapter: HttpChat;
  watchers: Watchers;
  clock: Clock;
  readerOf(caller: Caller): Promise<Reader>;
}

/** A browser's one conversation: the same in each that its person is signed in. */
const CONVERSATION = 'main';
const SHOWN = 50;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const WATCHED_MS = 10 * 60_000;
/** A file and what it stands in must fit into the body of one request; `http.body_limit` may allow less. */
const MOST_FILES = 10;

export function chatRoutes(deps: ChatPageDeps, layout: Layout): readonly AnyRoute[] {
  return [page(deps, layout), log(deps), events(deps), form(deps)];
}

async function entries(
  { database, readerOf }: ChatPageDeps,
  caller: Caller,
  before?: Date,
): Promise<{ shown: SaidRow[]; list: Entry[]; hasMore: boolean }> {
  const { personId } = caller;
  const channels = await channelsOf(database, caller);
  const where = { channels, personId, withTerminal: true };
  const said = (await store.saidIn(database, where, before, SHOWN + 1)) ?? [];
  const shown = said.slice(0, SHOWN).reverse();
  const reader = await readerOf(caller);
  return { shown, list: shown.map((each) => entryOf(each, reader)), hasMore: said.length > SHOWN };
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
    async answerRequest(request) {
      const caller = callerOf(request);
      const { list: shown, hasMore } = await entries(deps, caller);
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
    async answerRequest(request) {
      const { before } = request.query;
      // Parts of one answer were said at one instant: the page knows those that it has.
      const until = before === undefined ? undefined : new Date(Math.min(Date.parse(before) + 1, LAST_MS));
      const { shown, list, hasMore } = await entries(deps, callerOf(request), until);
      // The page alone says nothing: its script asks for this, and shows it.
      await markShown(deps, shown);
      return { body: { json: { entries: list, more: hasMore } } };
    },
  });
}

function events({ database, adapter, watchers, clock, readerOf }: ChatPageDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/chat/events',
    page: true,
    scope: 'messages',
    summary: 'What is said from now on, as the page shows it.',
    async answerRequest(request) {
      const caller = callerOf(request);
      const [channels, reader] = await Promise.all([channelsOf(database, caller), readerOf(caller)]);
      // A browser connects again, and is then asked anew who it is.
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WATCHED_MS)]);
      const { personId } = caller;
      const pages = personId === undefined ? [] : [pageChannel(personId)];
      const watched = [...channels, ...unreadChannels(caller), ...pages];
      const take = (what: Happening) => eventOf(what, { ...reader, now: clock.now() });
      const watch = watchers.watch(watched, take, signal, () => {
        if (personId !== undefined) void adapter.onPageClosed(personId);
      });
      void watch.write(eventText('ready', {}));
      return { body: { events: watch } };
    },
  });
}

function eventOf(what: Happening, reader: Reader): string {
  if (what.type === 'typing') return eventText('typing', {});
  // The page reads all of it anew.
  if (what.type === 'unread') return eventText('ready', {});
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
    async answerRequest(request) {
      const { id } = request.params;
      const channel = await channelOf(database, callerOf(request), id);
      const asked = channel === undefined ? undefined : await (await adapter.inbox).form(id);
      if (!asked) throw nothing('There is no such button.');
      return { body: { json: asked } };
    },
  });
}

// Entries of the chat page.

/** One with the same id takes the place of the one before. */
interface Entry {
  id: string;
  at: string;
  markup: Markup;
  /** The page marks it for as long as it is open; it is read now. */
  unread?: true;
}

function entryOf(said: SaidRow, reader: Reader): Entry {
  const { channel, messageId = '', key, text = '', files, state, content, at, isUnread } = said;
  if (content) {
    const shown = partEntry(partShown(partId(channel, key), content, state === 'draft'), at, reader);
    return isUnread ? { ...shown, unread: true } : shown;
  }
  const body = [text !== '' && h('p', { class: 'plain' }, text), filesOf(files)];
  return entry({ id: messageId, kind: 'you', at, who: 'You', state }, body, reader);
}

function partEntry({ id, kind, text, buttons = [], files = [] }: PartOut, at: Date, reader: Reader): Entry {
  const pressed = buttons.map(({ id: button, label, style, asks }) =>
    h('button', { type: 'button', class: style, 'data-button': button, 'data-asks': asks }, label),
  );
  const body = [
    h('div', { class: 'text' }, toMarkup(text, { folds: kind === 'approval' })),
    filesOf(files.map(({ id: hash, ...file }) => ({ ...file, hash }))),
    pressed.length > 0 && h('div', { class: 'buttons' }, pressed),
  ];
  return entry({ id, kind: `coda ${kind}`, at, who: 'coda' }, body, reader);
}

interface ConversationInfo {
  id: string;
  kind: string;
  at: Date;
  who: string;
  state?: string | undefined;
}

function entry({ id, kind, at, who, state }: ConversationInfo, body: readonly Child[], reader: Reader): Entry {
  const instant = at.toISOString();
  const head = h('p', { class: 'who' }, h('b', {}, who), ' ', timeOf(at, reader));
  const shown = { class: `entry ${kind}`, 'data-id': id, 'data-at': instant, 'data-state': state };
  return { id, at: instant, markup: h('li', shown, head, body) };
}

function filesOf(files: readonly FileRef[]): Markup | false {
  if (files.length === 0) return false;
  const links = files.map(({ name, hash, size, type }) =>
    h(
      'li',
      {},
      h('a', { href: `/v1/artifacts/${hash}`, download: name }, name),
      ` (${sizeOf(size)})`,
      /^image\/(?:png|jpeg|gif|webp)$/.test(type) &&
        h('img', { src: `/v1/artifacts/${hash}`, alt: name, loading: 'lazy' }),
    ),
  );
  return h('ul', { class: 'files' }, links);
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

type Links = ReadonlyMap<string, string>;
type Parts = readonly { type: string }[];

/** HTML in it stays text, a picture becomes a link, and a link leads to the web, to mail, or nowhere. */
export function toMarkup(markdown: string, { folds = false } = {}): Markup[] {
  const blocks = blocksOf(markdown);
  const links: Links = new Map(
    blocks.flatMap((block) => (block.type === 'definition' ? [[block.identifier, block.url] as const] : [])),
  );
  return blocks.flatMap((block) => {
    const shown = blockOf(block, links);
    if (!folds || block.type !== 'code' || !isLong(block.value)) return shown;
    return [h('details', {}, h('summary', {}, `Details: ${plural(block.value.split('\n').length, 'line')}`), shown)];
  });
}

function blockOf(block: Block, links: Links): Markup[] {
  const inline = (parts: Parts) => (parts as readonly Inline[]).flatMap((part) => inlinePart(part, links));
  const inner = (parts: Parts) => (parts as readonly Block[]).flatMap((part) => blockOf(part, links));
  switch (block.type) {
    case 'paragraph':
      return [h('p', {}, inline(block.children))];
    case 'heading':
      // Under the page's own headings.
      return [h(`h${Math.min(6, block.depth + 2)}`, {}, inline(block.children))];
    case 'blockquote':
      return [h('blockquote', {}, inner(block.children))];
    case 'list': {
      const items = block.children.map((item) => h('li', {}, inner(item.children)));
      const start = block.ordered && block.start !== null && block.start !== 1 ? block.start : undefined;
      return [h(block.ordered ? 'ol' : 'ul', { start }, items)];
    }
    case 'code':
      // A scrolled region must be reachable without a mouse.
      return [h('pre', { tabindex: 0 }, h('code', {}, block.value))];
    case 'thematicBreak':
      return [h('hr')];
    case 'grid':
      return [tableOf(block.rows, links)];
    case 'html':
      return [h('p', {}, block.value)];
    default:
      return [];
  }
}

function tableOf([head = [], ...body]: readonly (readonly string[])[], links: Links): Markup {
  const cells = (tag: string, row: readonly string[]) =>
    h(
      'tr',
      {},
      row.map((cell) =>
        h(
          tag,
          {},
          inlineOf(cell).flatMap((part) => inlinePart(part, links)),
        ),
      ),
    );
  const rows = body.map((row) => cells('td', row));
  return h(
    'div',
    { class: 'scroll', tabindex: 0 },
    h('table', {}, h('thead', {}, cells('th', head)), h('tbody', {}, rows)),
  );
}

function inlinePart(part: Inline, links: Links): Markup[] {
  const inner = (parts: readonly Inline[]) => parts.flatMap((child) => inlinePart(child, links));
  switch (part.type) {
    case 'text':
    case 'html':
      return [part.value];
    case 'strong':
      return [h('strong', {}, inner(part.children))];
    case 'emphasis':
      return [h('em', {}, inner(part.children))];
    case 'inlineCode':
      return [h('code', {}, part.value)];
    case 'break':
      return [h('br')];
    case 'link':
      return link(part.url, inner(part.children));
    case 'linkReference':
      return link(links.get(part.identifier), inner(part.children));
    case 'image':
      return link(part.url, [part.alt || part.url]);
    case 'imageReference':
      return link(links.get(part.identifier), [part.alt ?? '']);
    default:
      return 'children' in part ? inner(part.children as Inline[]) : [];
  }
}

function link(url: string | undefined, children: Markup[]): Markup[] {
  if (url === undefined || !/^(?:https?:\/\/|mailto:)/i.test(url)) return children;
  return [h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, children)];
}
