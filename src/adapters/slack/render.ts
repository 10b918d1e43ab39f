/** Markdown as Slack shows it, rendered from one tree. Pure. */
import {
  addressOfLink,
  applyChanges,
  type Block,
  blocksOf,
  type Change,
  drawTable,
  type Inline,
  inlineOf,
  nodesOf,
  placeOfNode,
} from '../../delivery/index.ts';

/** A text without any of this means the same in Markdown and in Slack's own notation, and is plain in both. */
const MARKED = /[*_`~#<>&[\]\\|]|^[^\S\n]*(?:[-+]|\d{1,9}[.)])(?:\s|$)|^(?: {4}|\t)|^[^\S\n]*[=-]+[^\S\n]*$/m;

export function isPlain(text: string): boolean {
  return !MARKED.test(text);
}

/** `&`, `<` and `>` as Slack wants them (docs.slack.dev/messaging/formatting-message-text#escaping). */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const UNSEEN = '\u200b';

/** Mentions of people and names of channels (docs.slack.dev/messaging/formatting-message-text). */
const CALL = /<(?=!(?:channel|here|everyone|subteam|date)\b|@[UWB]|#[CDG])/g;

/**
 * For a markdown block: as it is, without tables, and without what Slack would take for a call to people or channels,
 * wherever it stands.
 */
export function toMarkdown(markdown: string): string {
  if (isPlain(markdown)) return markdown;
  const changes: Change[] = [];
  for (const node of nodesOf(markdown)) {
    if (node.type === 'grid') {
      const { rows, from, to } = node;
      const text = drawTable(rows.map((row) => row.map((cell) => cell.replaceAll('```', "'''"))));
      changes.push({ from, to, text: `\`\`\`\n${text}\n\`\`\`` });
    } else if (node.type === 'html' || node.type === 'text') {
      const { from, to } = placeOfNode(node);
      const source = markdown.slice(from, to);
      if (source.includes('<')) changes.push({ from, to, text: withEntities(source) });
    }
  }
  return applyChanges(markdown, changes).replace(CALL, `<${UNSEEN}`);
}

/** `<` as an entity, also where a backslash keeps it: with one the entity would be shown letter by letter. */
function withEntities(source: string): string {
  return source.replace(/\\([\s\S])|</g, (whole, character?: string) =>
    character === undefined || character === '<' ? '&lt;' : whole,
  );
}

/** Slack's own notation (docs.slack.dev/messaging/formatting-message-text), one piece for each block of the text. */
export function toMrkdwn(markdown: string): string[] {
  if (isPlain(markdown)) return markdown.trim() === '' ? [] : [escapeText(markdown)];
  const blocks = blocksOf(markdown);
  const links = definitions(blocks);
  return blocks.map((block) => blockOf(block, links, '')).filter((text) => text.trim() !== '');
}

type Links = ReadonlyMap<string, string>;

function definitions(blocks: readonly Block[]): Links {
  return new Map(
    blocks.flatMap((block) => (block.type === 'definition' ? [[block.identifier, block.url] as const] : [])),
  );
}

function blockOf(block: Block, links: Links, indent: string): string {
  switch (block.type) {
    case 'heading':
      return `*${removeMarks(line(block.children as Inline[], links))}*`;
    case 'paragraph':
      return line(block.children, links);
    case 'code':
      return fenceCode(block.value);
    case 'grid':
      return fenceCode(drawTable(block.rows.map((row) => row.map((cell) => plain(inlineOf(cell))))));
    case 'blockquote':
      return (block.children as Block[])
        .map((child) => blockOf(child, links, ''))
        .join('\n')
        .split('\n')
        .map((each) => `> ${each}`)
        .join('\n');
    case 'list':
      return listOf(block, links, indent);
    case 'thematicBreak':
      return '──────────';
    case 'html':
      return escapeText(block.value);
    default:
      return '';
  }
}

type List = Extract<Block, { type: 'list' }>;

function listOf(list: List, links: Links, indent: string): string {
  return list.children
    .map((item, index) => {
      const bullet = list.ordered ? `${(list.start ?? 1) + index}.` : '•';
      const inner = `${indent}    `;
      const parts = (item.children as Block[]).map((child) => blockOf(child, links, inner));
      const [first = '', ...others] = parts;
      const startsWithList = item.children[0]?.type === 'list';
      const head = startsWithList ? `${indent}${bullet}\n${first}` : `${indent}${bullet} ${first}`;
      return [head, ...others].join('\n');
    })
    .join('\n');
}

function fenceCode(code: string): string {
  return `\`\`\`\n${escapeText(code).replaceAll('```', `\`\`${UNSEEN}\``)}\n\`\`\``;
}

function line(nodes: readonly Inline[], links: Links): string {
  return nodes.map((node) => inline(node, links)).join('');
}

function inline(node: Inline, links: Links): string {
  switch (node.type) {
    case 'text':
      return escapeText(node.value).replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '~$1~');
    case 'strong':
      return markWords('*', line(node.children, links));
    case 'emphasis':
      return markWords('_', line(node.children, links));
    case 'inlineCode':
      return `\`${escapeText(node.value).replaceAll('`', "'").replaceAll('\n', ' ')}\``;
    case 'break':
      return '\n';
    case 'link':
      return linkTo(node.url, line(node.children, links));
    case 'image':
      return linkTo(node.url, escapeText(node.alt || node.url));
    case 'linkReference': {
      const words = line(node.children, links);
      const url = links.get(node.identifier);
      return url === undefined ? `[${words}]` : linkTo(url, words);
    }
    case 'imageReference':
      return escapeText(node.alt ?? '');
    case 'html':
      return escapeText(node.value);
    default:
      return 'children' in node ? line(node.children as Inline[], links) : '';
  }
}

/** A mark works only around words that begin and end with something, on each line of its own. */
function markWords(mark: string, words: string): string {
  return words
    .split('\n')
    .map((each) => {
      const inner = each.trim();
      const at = each.indexOf(inner);
      return inner === '' ? each : `${each.slice(0, at)}${mark}${inner}${mark}${each.slice(at + inner.length)}`;
    })
    .join('\n');
}

const removeMarks = (words: string) => words.replaceAll('*', '').replaceAll('\n', ' ');

/** Only addresses that lead somewhere; what would end the link is encoded. */
function linkTo(target: string, words: string): string {
  const url = addressOfLink(target);
  if (!/^(?:https?:|mailto:)/i.test(url)) return words === escapeText(url) ? words : `${words} (${escapeText(url)})`;
  const address = escapeText(url).replaceAll('|', '%7C').replaceAll(/\s/g, '%20');
  const label = words.replaceAll('|', '¦').replaceAll('\n', ' ');
  return label.trim() === '' || label === escapeText(url) ? `<${address}>` : `<${address}|${label}>`;
}

function plain(nodes: readonly Inline[]): string {
  return nodes
    .map((node) =>
      node.type === 'break'
        ? ' '
        : 'value' in node
          ? node.value
          : 'children' in node
            ? plain(node.children as Inline[])
            : '',
    )
    .join('');
}
