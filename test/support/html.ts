/** Markup as a browser's application shows it, written as HTML: for pictures, and to look for what no text may become. */
import type { Element, Markup } from '../../src/adapters/http/chats/markup.ts';

export type { Markup };

type Child = Markup | readonly Child[] | undefined | false;

/** An element. Attributes and children that are undefined or false are left out, lists of children are laid flat. */
export function h(
  tag: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): Element {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [[name, value === true ? '' : String(value)] as const],
  );
  return [tag, Object.fromEntries(given), ...flat(children)];
}

function flat(children: readonly Child[]): Markup[] {
  return children.flatMap((child): Markup[] => {
    if (child === undefined || child === false) return [];
    if (typeof child === 'string' || isElement(child)) return [child];
    return flat(child as readonly Child[]);
  });
}

function isElement(child: Exclude<Child, undefined | false | string>): child is Element {
  const attributes = child[1];
  return typeof child[0] === 'string' && typeof attributes === 'object' && !Array.isArray(attributes);
}

const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta']);

export function toHtml(markup: Markup): string {
  if (typeof markup === 'string') return escapeMarkup(markup);
  const [tag, attributes, ...children] = markup;
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`);
  const begin = `<${tag}${given.join('')}>`;
  return VOID.has(tag) ? begin : `${begin}${children.map(toHtml).join('')}</${tag}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
