/**
 * What each platform makes a link of: small models of their rules, stricter than the platforms where these are not
 * documented. Each gives the addresses that could be followed or fetched.
 */
import { createRequire } from 'node:module';
import type { fromMarkdown } from 'mdast-util-from-markdown';
import { bodyOf as slackBody } from '../../src/adapters/slack/message.ts';
import type { Content } from '../../src/delivery/index.ts';

const { fromMarkdown: parse } = createRequire(import.meta.url)('mdast-util-from-markdown') as {
  fromMarkdown: typeof fromMarkdown;
};

type Rule = (source: string, state: State) => { length: number; inner?: readonly string[]; link?: string } | undefined;

interface State {
  inQuote: boolean;
  /** Of an app that reads each line of a quote by itself. */
  byLine: boolean;
  isLineStart: boolean;
}

const by = (pattern: RegExp, group?: number): Rule => {
  return (source) => {
    const found = pattern.exec(source);
    return found ? { length: found[0].length, inner: group === undefined ? [] : [found[group] ?? ''] } : undefined;
  };
};
const link = (pattern: RegExp, group = 0): Rule => {
  return (source) => {
    const found = pattern.exec(source);
    return found ? { length: found[0].length, link: found[group] ?? '' } : undefined;
  };
};

const quote: Rule = (source, { inQuote, byLine, isLineStart }) => {
  if (inQuote || !isLineStart) return undefined;
  const [all] =
    (byLine ? /^(?: *>>> +([\s\S]*)| *>(?!>>) +[^\n]*\n?)/ : /^( *>>> ([\s\S]*))|^( *> [^\n]*(\n *> [^\n]*)*\n?)/).exec(
      source,
    ) ?? [];
  if (all === undefined) return undefined;
  return { length: all.length, inner: [all.replace(/^ *>>> ?/, '').replace(/^ *> ?/gm, '')] };
};

/** Emphasis, underline and strong: of those that fit the longest is taken (simple-markdown: `quality`). */
const emphasis: Rule = (source) => {
  const patterns = [
    /^\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|^\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/,
    /^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/,
    /^__((?:\\[\s\S]|[^\\])+?)__(?!_)/,
  ];
  const found = patterns.flatMap((pattern) => pattern.exec(source) ?? []);
  const all = patterns.flatMap((pattern) => {
    const match = pattern.exec(source);
    return match ? [{ length: match[0].length, inner: [match[1] ?? match[2] ?? ''] }] : [];
  });
  return found.length === 0 ? undefined : all.reduce((a, b) => (b.length > a.length ? b : a));
};

/**
 * Discord's rules, in their order: its apps use simple-markdown (github.com/ariabuckles/simple-markdown, `defaultRules`)
 * with rules of their own (github.com/brussell98/discord-markdown, `rules`), and link words since 2023
 * (support.discord.com, Markdown Text 101). An invitation needs no scheme; `<x@y>` and `<+1…>` are mail and telephone.
 */
const DISCORD: readonly Rule[] = [
  quote,
  by(/^```(?:(?:[a-z0-9_+\-.#]+?)\n+)?\n*(?:[\s\S]+?)\n*```/i),
  by(/^\|\|([\s\S]+?)\|\|/, 1),
  by(/^\\[^0-9A-Za-z\s]/),
  by(/^<t:-?\d{1,17}(?::[tTdDfFR])?>/),
  link(/^<([^: >]+:\/[^ >]+)>/, 1),
  link(/^<([^ >]+@[^ >]+)>/, 1),
  link(/^<(\+\d[\d -]+)>/, 1),
  link(/^(?:https?|steam):\/\/[^\s<]+[^<.,:;"')\]\s]/i),
  link(/^(?:discord(?:app)?\.(?:com\/invite|gg)|discord\.new|dis\.gd)\/[\w-]+/i),
  link(
    /^\[(?:\[[^\]]*\]|[^\]]|\](?=[^[]*\]))*\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['"]([\s\S]*?)['"])?\s*\)/,
    1,
  ),
  emphasis,
  by(/^~~([\s\S]+?)~~(?!_)/, 1),
  by(/^(`+)([\s\S]*?[^`])\1(?!`)/),
];
const DISCORD_TEXT = /^[\s\S]+?(?=[^0-9A-Za-z\s\u00c0-\uffff-]|\n\n|\n|\w+:\S|$)/;

/** Links that Discord's apps find in a message. */
export function discordLinks(text: string): string[] {
  return [false, true].flatMap((byLine) => discordIn(text, { inQuote: false, byLine, isLineStart: true }));
}

function discordIn(text: string, state: State): string[] {
  const links: string[] = [];
  let isLineStart = true;
  for (let rest = text; rest !== ''; ) {
    const inQuote = state.inQuote;
    const found = DISCORD.map((rule) => ({ rule, hit: rule(rest, { ...state, isLineStart }) })).find(({ hit }) => hit);
    const { length, link: address, inner = [] } = found?.hit ?? { length: DISCORD_TEXT.exec(rest)?.[0].length ?? 1 };
    if (address !== undefined) links.push(address);
    for (const part of inner) links.push(...discordIn(part, { ...state, inQuote: inQuote || found?.rule === quote }));
    const taken = rest.slice(0, Math.max(length, 1));
    isLineStart = /\n *$/.test(taken) || (isLineStart && /^ *$/.test(taken));
    rest = rest.slice(taken.length);
  }
  return links;
}

interface Node {
  type: string;
  value?: string;
  url?: string;
  children?: readonly Node[];
}

/** GitHub's extension makes links of these in plain text (github.github.com/gfm/#autolinks-extension-). */
const AUTOLINK = /(?:[a-z][a-z0-9+.-]*:\/\/|(?:mailto|xmpp):|www\.)[^\s<]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;

/** What a program finds that shows CommonMark with GitHub's extensions: readers of the HTTP API, Slack's `markdown` block. */
export function commonMarkLinks(text: string): string[] {
  return linksOf(parse(text) as Node);
}

function linksOf(node: Node): string[] {
  if (node.type === 'text') return [...(node.value ?? '').matchAll(AUTOLINK)].map(([found]) => found);
  // A tag may fetch, and what stands before or in it may be a tag of a reader's own.
  const own = ['link', 'image', 'linkReference', 'imageReference', 'definition', 'html'].includes(node.type);
  return [...(own ? [node.url ?? node.value ?? node.type] : []), ...(node.children ?? []).flatMap(linksOf)];
}

/**
 * Slack: `<address|words>` is a link, `<@…>`, `<#…>`, `<!…>` are not; a plain address or domain becomes one (in code, too)
 * unless a text object is `verbatim` or a message says `parse: none`
 * (docs.slack.dev/messaging/formatting-message-text, …/composition-objects/text-object, …/methods/chat.postMessage).
 */
export function slackLinks(content: Content): string[] {
  const { text, blocks, parse: mode } = slackBody(content);
  const own = blocks.length > 0 ? [] : mrkdwnLinks(text, mode === 'none');
  return [...own, ...blocks.flatMap((block) => blockLinks(block))];
}

const PLAIN = /(?:[a-z][a-z0-9+.-]*:\/\/|mailto:)[^\s<>|]+|(?:[\w-]+\.)+[a-z]{2,}(?:\/[^\s<>|]*)?/gi;

function mrkdwnLinks(text: string, isVerbatim: boolean): string[] {
  const written = [...text.matchAll(/<([^>]*)>/g)]
    .map(([, inner = '']) => inner)
    .filter((inner) => !/^[@#!]/.test(inner));
  return isVerbatim ? written : [...written, ...[...text.matchAll(PLAIN)].map(([found]) => found)];
}

function blockLinks(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type, text, verbatim } = value as { type?: string; text?: unknown; verbatim?: boolean };
  if (type === 'mrkdwn') return mrkdwnLinks(String(text), verbatim === true);
  if (type === 'markdown') return commonMarkLinks(String(text));
  if (type === 'plain_text') return [];
  return Object.values(value).flatMap(blockLinks);
}

/** A terminal's own links (OSC 8): `ESC ] 8 ; … ; address`. */
export function terminalLinks(lines: readonly string[]): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence is what is looked for
  return [...lines.join('\n').matchAll(/(?:\u001b\]|\u009d)8;[^;]*;([^\u0007\u001b\u009c]*)/g)].map(
    ([, url = '']) => url,
  );
}

/** Elements of a page that lead elsewhere or fetch. */
export function htmlLinks(html: string): string[] {
  return [...html.matchAll(/<(?:a|img|iframe|script|link|form|video|audio|object|embed|source)\b[^>]*>/gi)].map(
    ([found]) => found,
  );
}
