/**
 * Hostile texts for a regular expression, made of its own parts: what stands before a repetition, the repetition, and an
 * end that does not fit, so that everything is tried again from every place.
 */
import { type Atom, alternativesOf, atomsOf, bodyOf } from './patterns.ts';

const CHARACTERS = [
  'a',
  ' ',
  '0',
  '-',
  '\n',
  '\t',
  '"',
  '.',
  ':',
  '/',
  ',',
  '=',
  '#',
  '*',
  '<',
  '[',
  '(',
  '`',
  '!',
  '_',
  'A',
];
/** Ends that a text is given; a sign of the pattern itself is another, for what closes a class. */
const ENDS = ['\0', '\n\0'];
const CLOSING = ['>', ')', ']', '"', '`', '}'];
const MOST_OF_ATOM = 2;

interface Pump {
  before: string;
  unit: string;
}

/** Texts of about `length` characters, made one at a time: thousands of them at once are too much to hold. */
export function* hostileTexts(source: string, flags: string, length: number): Generator<string> {
  const literals = [...source.matchAll(/\\(.)|([^\\])/gs)].map(([, escaped, plain]) => escaped ?? plain ?? '');
  const samples = new Samples(flags, [...new Set([...CHARACTERS, ...literals])]);
  const ends = [
    ...ENDS,
    ...CLOSING.filter((sign) => literals.includes(sign))
      .slice(0, 2)
      .map((sign) => `${sign}\0`),
  ];
  const seen = new Set<string>();
  for (const { before, unit } of pumpsOf(source, '', samples)) {
    if (unit === '' || seen.has(`${before}\0${unit}`)) continue;
    seen.add(`${before}\0${unit}`);
    const grown = unit.repeat(Math.ceil(length / unit.length));
    for (const end of ends) yield `\0${before}${grown}${end}`;
    if (/^\^|[|(]\^/.test(source)) yield `${before}${grown}${ends[0]}`;
  }
}

function* pumpsOf(source: string, before: string, samples: Samples): Generator<Pump> {
  for (const alternative of alternativesOf(source)) {
    let so = before;
    let since = '';
    for (const atom of atomsOf(alternative)) {
      const one = samples.of(atom);
      const isGroup = atom.source.startsWith('(');
      if (isGroup) yield* pumpsOf(bodyOf(atom.source), so, samples);
      if (atom.repeats) {
        const units = isGroup ? [one] : samples.allOf(atom.source).slice(0, MOST_OF_ATOM);
        for (const unit of units) yield { before: so, unit };
        if (so !== '') for (const unit of units) yield { before: '', unit: so + unit };
        if (since !== '' && so !== since) yield { before: so.slice(0, -since.length), unit: since + one };
      }
      so += one;
      since = atom.repeats ? '' : since + one;
    }
    if (so !== '') yield { before: '', unit: so };
    if (so.length > 1) yield { before: '', unit: so.slice(0, -1) };
  }
}

/** Short texts that parts of a pattern fit. */
class Samples {
  private readonly flags: string;
  private readonly characters: readonly string[];
  private readonly known = new Map<string, string[]>();

  constructor(flags: string, characters: readonly string[]) {
    this.flags = flags.replace(/[gy]/g, '');
    this.characters = characters;
  }

  of({ source, least }: Atom): string {
    return this.one(source).repeat(Math.max(1, Math.min(least, 20)));
  }

  private one(source: string): string {
    if (!source.startsWith('(')) return this.allOf(source)[0] ?? '';
    if (/^\(\?(?:=|!|<!)/.test(source)) return '';
    const [first = ''] = alternativesOf(bodyOf(source)).filter((each) => each !== '');
    return atomsOf(first)
      .map((atom) => this.of(atom))
      .join('');
  }

  allOf(atom: string): string[] {
    const known = this.known.get(atom);
    if (known) return known;
    let found: string[] = [];
    try {
      const form = new RegExp(`^(?:${atom})$`, this.flags);
      found = this.characters.filter((sign) => sign !== '' && form.test(sign));
    } catch {
      // A reference to a group: it is as long as nothing.
    }
    this.known.set(atom, found);
    return found;
  }
}
