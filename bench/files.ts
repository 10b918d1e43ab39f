/**
 * Files of other programs, made on this machine and read: `npm run bench -- files`. Their words are known, and so are those that
 * nobody sees. LibreOffice, pandoc, Chromium (`CODA_TEST_CHROMIUM`), writers of Python, iconv, packers, Gnumeric, AbiWord, groff,
 * Ghostscript and poppler make them: what is not installed makes none. `-- files KEEP` leaves them in a folder of that name.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { openReaders, type ReadFile } from '../test/media/reading.ts';
import { PAPERS, SHEETS, TALK } from './support/files/papers.ts';
import { type MadeFile, makeFiles } from './support/files/programs.ts';
import { Report } from './support/report.ts';

interface Seen {
  words: string;
  place: RegExp;
}

interface Expected {
  seen: readonly Seen[];
  unseen: readonly string[];
}

/** Letters and figures alone: signs are escaped, and lines broken, in each form in its own way. */
const plain = (text: string): string =>
  (
    text
      .normalize('NFKC')
      .replace(/&(?:amp;)?(?:amp|#10);|\\[nt]/g, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(' ');
const holds = (text: string, words: string): boolean => ` ${plain(text)} `.includes(` ${plain(words)} `);

const BY_KIND: Readonly<Record<string, RegExp>> = {
  pdf: /^page \d+/,
  rtf: /paragraph|“/,
  epub: /^chapter \d+/,
  text: /^lines? \d+/,
  csv: /^rows? \d+/,
  eml: /./,
};

function expectedOf(made: MadeFile, kind: string): Expected {
  if (made.words)
    return {
      seen: made.words.map((words) => ({ words, place: new RegExp(made.place ?? '.') })),
      unseen: made.hides ?? [],
    };
  if (made.talk) {
    const seen = TALK.slides.flatMap(({ title, lines }, at) =>
      [title, ...lines].map((words) => ({ words, place: new RegExp(`^(?:slide|page) ${at + 1}\\b`) })),
    );
    return { seen, unseen: [TALK.hidden, TALK.notes] };
  }
  const paper = PAPERS.find(({ name }) => name === made.paper);
  if (paper) {
    const seen = paper.sections.flatMap(({ heading, paragraphs, list = [], table = [] }, at) => {
      const named = made.place ?? (made.pages ? `^page ${at + 1}$` : undefined);
      const place = named ? new RegExp(named) : (BY_KIND[kind] ?? new RegExp(`“${heading}”|slide`));
      return [heading, ...paragraphs, ...list, ...table.flat()].map((words) => ({ words, place }));
    });
    const hidden = (['white', 'hidden', 'comment', 'deleted'] as const).filter((each) => !made.shows?.includes(each));
    return { seen, unseen: made.isPlain ? [] : hidden.map((each) => paper[each]) };
  }
  const sheet = SHEETS.find(({ name }) => name === (made.sheet ?? made.table));
  if (!sheet) throw new Error(`${made.file} shows nothing`);
  const isTable = made.table !== undefined;
  const place = isTable ? /^rows? \d+/ : new RegExp(`^${sheet.tab}!`);
  const rows = sheet.rows.filter(({ isHidden }) => isTable || !isHidden);
  const words = rows.flatMap(({ what, price, on, share }) => [
    what,
    isTable ? price.toFixed(2) : price.toLocaleString('en', { minimumFractionDigits: 2 }),
    on,
    `${(share * 100).toFixed(1)}%`,
  ]);
  const hidden = sheet.rows.flatMap(({ what, isHidden }) => (isHidden ? [what] : []));
  const unseen = isTable
    ? []
    : [...hidden, sheet.white, sheet.column, sheet.comment, ...(made.shows?.includes('sheet') ? [] : [sheet.sheet])];
  return { seen: [...sheet.head, ...words].map((each) => ({ words: each, place })), unseen };
}

interface Verdict {
  leftOut: string[];
  takenIn: string[];
  misplaced: string[];
  isSaid: boolean;
}

function judge(made: MadeFile, { facts, passages, text }: ReadFile): Verdict {
  const isSaid =
    facts.fault !== undefined ||
    facts.guessed === true ||
    (facts.missed ?? []).length > 0 ||
    (facts.unread ?? []).length > 0;
  if (made.said) return { leftOut: isSaid ? [] : ['that it is unread'], takenIn: [], misplaced: [], isSaid };
  const { seen, unseen } = expectedOf(made, facts.kind);
  const own = passages.filter(({ aside }) => aside === undefined);
  const there = seen.filter(({ words }) => holds(text, words));
  return {
    isSaid,
    leftOut: seen.filter((each) => !there.includes(each)).map(({ words }) => words),
    takenIn: unseen.filter((words) => holds(text, words)),
    misplaced: there
      .filter(({ words, place }) => !own.some((each) => holds(each.text, words) && place.test(each.place)))
      .map(({ words }) => `${words} (${own.find((each) => holds(each.text, words))?.place})`),
  };
}

const [kept] = process.argv.slice(2);
const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'coda-bench-files-'));
const files = await makeFiles(folder);
const readers = await openReaders({ withinMs: 60_000 });
// Nothing else keeps this process from ending while a file is read.
const alive = setInterval(() => {}, 1_000);
const counts = { right: 0, said: 0, leftOut: 0, takenIn: 0, misplaced: 0 };
for (const made of files) {
  const read = await readers.read(readFileSync(made.file), basename(made.file));
  const { isSaid, leftOut, takenIn, misplaced } = judge(made, read);
  const isRight = leftOut.length + takenIn.length + misplaced.length === 0;
  if (made.said && isRight) counts.said++;
  else if (isRight) counts.right++;
  if (!isSaid || made.said) counts.leftOut += leftOut.length;
  counts.takenIn += takenIn.length;
  counts.misplaced += misplaced.length;
  if (isRight) continue;
  const name = made.file.slice(folder.length + 1);
  const said = isSaid
    ? `said: ${read.facts.fault ?? JSON.stringify(read.facts.missed ?? read.facts.unread)}`
    : 'nothing said';
  process.stderr.write(`${name} (${read.facts.kind}, ${said})\n`);
  for (const [what, words] of Object.entries({ 'left out': leftOut, 'taken in': takenIn, elsewhere: misplaced }))
    if (words.length > 0)
      process.stderr.write(
        `  ${what}: ${words.slice(0, 4).join(' | ')}${words.length > 4 ? ` and ${words.length - 4}` : ''}\n`,
      );
}
await readers.close();
clearInterval(alive);
if (!kept) rmSync(folder, { recursive: true });

const report = new Report();
report.add('files of other programs', String(files.length), { wanted: '≥ 90' });
report.add('with words and places right, or said to be unread', `${counts.right} and ${counts.said}`, {
  wanted: '≥ 86 of 90',
});
report.add('seen words left out and not said', String(counts.leftOut), { wanted: '0' });
report.add('unseen words taken in', String(counts.takenIn), { wanted: '0' });
report.add('words in another place', String(counts.misplaced));
report.print();
