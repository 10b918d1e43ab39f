/** Rules of what no platform shows as a link. Each is linear in the length of its text. Pure. */

/** Another scheme's address, one that platforms make a link of without a scheme, or an address of mail. */
export const ADDRESS =
  /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s<>`"]*|(?:(?:mailto|xmpp|tel|sms):|www\.|(?:discord(?:app)?\.(?:com\/invite|gg)|discord\.new|dis\.gd)\/)[^\s<>`"]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi;

/** A Markdown text without any of this has no link on any platform. */
export const SUSPECT =
  /:\/|(?:mailto|xmpp|tel|sms):|www\.|discord|dis\.gd|\]\(|\]:|<[a-z!/?+]|[\w.+-]@[\w-]|&#?\w{1,32};|\\[!-/:-@[-`{-~]/i;

/** The same in prose that `inert` has written, in which escapes have been taken back. */
const LIVE =
  /[a-z0-9]:\/\/|(?:mailto|xmpp|tel|sms):\S|www\.\w|(?:discord(?:app)?\.(?:com\/invite|gg)|discord\.new|dis\.gd)\/|\]\(|\]:|[\w.+-]@[\w-]{1,63}\.\w/i;
/**
 * Characters to escape: of a tag, of an address between angles (but not of a time of Discord's), of a character
 * reference.
 */
const BARE = /<(?!t:-?\d)|&#?\w{1,32};/;

const ESCAPE = /\\([!-/:-@[-`{-~])/g;

/** Takes closing punctuation off an address; a bracket only where the address has not opened it. */
export function withoutEnd(address: string): string {
  let open = 0;
  for (const letter of address) open += letter === '(' ? 1 : letter === ')' ? -1 : 0;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if (last === ')' && open < 0) open++;
    else if (!'.,:;!?\'"*_~]'.includes(last)) break;
  }
  return address.slice(0, end);
}

/** An address as code: marks that could pair with one outside are written by their numbers, and so mean the same. */
export function encoded(address: string): string {
  return address.replaceAll(/[\s`*|\\[\]<>"]|~(?=~)|(?<=~)~/g, (mark) =>
    encodeURIComponent(mark).replace('*', '%2A').replace('~', '%7E'),
  );
}

/**
 * The marks that stand in code, by the mark outside that Discord pairs with them: its emphasis, spoilers and named links
 * end at the next mark, in code or not (`_` only beside what is no letter).
 */
export function pairingIn(codes: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const code of codes) for (const mark of marksIn(code)) found.add(mark);
  return found;
}

export const ALL_MARKS: ReadonlySet<string> = new Set('*_~|[');

function marksIn(code: string): string[] {
  return [
    ...(code.includes('*') ? ['*'] : []),
    ...(/(?<![a-z0-9])_|_(?![a-z0-9])/i.test(code) ? ['_'] : []),
    ...(code.includes('~~') ? ['~'] : []),
    ...(code.includes('||') ? ['|'] : []),
    ...(code.includes('](') ? ['['] : []),
  ];
}

/** Words as Markdown that every platform shows as these words; `pairing`: marks that must not stand bare. */
export function escaped(text: string, pairing: ReadonlySet<string>): string {
  return text
    .replaceAll('`', "'")
    .replaceAll(
      /\\(?![a-z0-9\s])|<|&(?=#?\w{1,32};)|(?<!\s)\*|\*(?!\s)|(?<![\p{L}\p{N}_\s])_|_(?![\p{L}\p{N}_\s])/giu,
      (mark) => `\\${mark}`,
    )
    .replaceAll(/\\[\s\S]|[*_~|[]/g, (mark) => (pairing.has(mark) ? `\\${mark}` : mark))
    .replaceAll(/\](?=[(:])/g, '] ');
}

/** A part of a line or of a block: prose, or code. */
interface Segment {
  isCode: boolean;
  text: string;
}

/**
 * True if every platform finds code in the same places of a text, and no link outside of it. Sufficient, not necessary:
 * made for what `inert` has written, and for pieces of it.
 */
export function isInert(markdown: string): boolean {
  const segments = segmentsOf(markdown);
  if (!segments) return false;
  const isDead = segments.every(
    ({ isCode, text }) =>
      isCode ||
      !(LIVE.test(text) || LIVE.test(text.replaceAll(ESCAPE, '$1')) || BARE.test(text.replaceAll(ESCAPE, ''))),
  );
  return isDead && !isPaired(segments);
}

/** A block of code may stand in a list, but in no quote. */
const FENCE_OPEN = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*```[\w+#.-]{0,20}$/;
const FENCE_CLOSE = /^\s*```$/;

/** Prose and code in order; undefined where platforms may differ on them. */
function segmentsOf(markdown: string): Segment[] | undefined {
  const segments: Segment[] = [];
  let block: string[] | undefined;
  for (const line of markdown.split('\n')) {
    if (line.includes('```')) {
      if (!(block ? FENCE_CLOSE : FENCE_OPEN).test(line)) return undefined;
      if (block?.every((each) => each.trim() === '')) return undefined;
      if (block) segments.push({ isCode: true, text: block.join('\n') });
      block = block ? undefined : [];
    } else if (block) block.push(line);
    else {
      const parts = line.split('`');
      // Without a partner, empty, beside another, or kept by a backslash: no code, or another's end.
      const isOdd = parts.length % 2 === 0 || parts.slice(1, -1).some((part) => part.trim() === '' && part !== ' ');
      if (isOdd || parts.some((part, at) => at % 2 === 0 && at < parts.length - 1 && endsInEscape(part)))
        return undefined;
      segments.push(...parts.map((text, at) => ({ isCode: at % 2 === 1, text })));
    }
  }
  return block ? undefined : segments;
}

function endsInEscape(text: string): boolean {
  let end = text.length;
  while (text.charAt(end - 1) === '\\') end--;
  return (text.length - end) % 2 === 1;
}

/** True if a mark in prose may pair with one in code. */
function isPaired(segments: readonly Segment[]): boolean {
  const pairing = pairingIn(segments.flatMap(({ isCode, text }) => (isCode ? text : [])));
  if (pairing.size === 0) return false;
  const open = new Set<string>();
  for (const { isCode, text } of segments) {
    if (isCode) {
      const marks = marksIn(text);
      if ([...open].some((run) => marks.includes(run.charAt(0)))) return true;
      continue;
    }
    for (const [run] of text.replaceAll(ESCAPE, '').matchAll(/\*+|_+|~~|\|\||\[/g)) {
      if (run === '[' || !open.delete(run)) open.add(run);
    }
  }
  return false;
}

/** Characters that look alike and mean nothing to any platform. */
const LOOKALIKES: readonly [RegExp, string][] = [
  [/`/g, "'"],
  [/\\/g, '\u2216'],
  [/</g, '\u2039'],
  [/&(?=#?\w{1,32};)/g, '\uff06'],
  [/\](?=[(:[])/g, '\uff3d'],
  [/:\/\//g, ':\u2215\u2215'],
  [/(?<=mailto|xmpp|tel|sms):/gi, '\u2236'],
  [/(?<=www|discord|discordapp|dis)\./gi, '\u2024'],
  [/@(?=[\w-])/g, '\uff20'],
];

/** A text of the same length in which no address works and no code begins: for what nobody writes, and for torn pieces. */
export function literal(text: string): string {
  return LOOKALIKES.reduce((shown, [pattern, lookalike]) => shown.replaceAll(pattern, lookalike), text);
}
