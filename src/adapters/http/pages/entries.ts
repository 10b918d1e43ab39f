/** Entries of the chat page. */
import type { FileRef } from '../../../delivery/index.ts';
import type { Reader } from '../../../time/index.ts';
import { partId } from '../chat/places.ts';
import { type PartOut, partShown } from '../chat/shapes.ts';
import type { Said } from '../store.ts';
import { toMarkup } from './markdown.ts';
import { type Child, h, type Markup } from './markup.ts';
import { timeOf } from './sections.ts';

/** One with the same id takes the place of the one before. */
export interface Entry {
  id: string;
  at: string;
  markup: Markup;
}

export function entryOf(said: Said, reader: Reader): Entry {
  const { channel, messageId = '', key, text = '', files, state, content, at } = said;
  if (content) return partEntry(partShown(partId(channel, key), content, state === 'draft'), at, reader);
  const body = [text !== '' && h('p', { class: 'plain' }, text), filesOf(files)];
  return entry({ id: messageId, kind: 'you', at, who: 'You', state }, body, reader);
}

/** Something that coda says. */
export function partEntry({ id, kind, text, buttons = [], files = [] }: PartOut, at: Date, reader: Reader): Entry {
  const pressed = buttons.map(({ id: button, label, style, asks }) =>
    h('button', { type: 'button', class: style, 'data-button': button, 'data-asks': asks }, label),
  );
  const body = [
    h('div', { class: 'text' }, toMarkup(text)),
    filesOf(files.map(({ id: hash, ...file }) => ({ ...file, hash }))),
    pressed.length > 0 && h('div', { class: 'buttons' }, pressed),
  ];
  return entry({ id, kind: `coda ${kind}`, at, who: 'coda' }, body, reader);
}

interface About {
  id: string;
  kind: string;
  at: Date;
  who: string;
  state?: string | undefined;
}

function entry({ id, kind, at, who, state }: About, body: readonly Child[], reader: Reader): Entry {
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
