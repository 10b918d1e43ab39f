/** Files by programs of this machine. One that is not installed makes none. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHROMIUM, openBrowser } from '../../../test/support/browser.ts';
import { flatSheet, flatTalk, flatText, htmlPage, markdown, PAPERS, type Paper, SHEETS, TALK } from './papers.ts';

export type Unseen = 'white' | 'hidden' | 'comment' | 'deleted' | 'sheet';

export interface MadeFile {
  file: string;
  /** The paper or sheet that it shows; or words alone. */
  paper?: string;
  sheet?: string;
  talk?: boolean;
  words?: readonly string[];
  /** A table without what is hidden and how it is shown. */
  table?: string;
  /** Sections are pages. */
  pages?: boolean;
  /** Pattern of the places, where the kind does not say it. */
  place?: string;
  /** It cannot be read, and that is said. */
  said?: boolean;
  /** Words that other forms hide, and this one does not; and words that are hidden in it, beside those of its paper. */
  shows?: readonly Unseen[];
  hides?: readonly string[];
  /** The format has no way to hide words, so that all of them are seen. */
  isPlain?: boolean;
}

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

function run(program: string, args: readonly string[], cwd: string, input?: string): Buffer | undefined {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    input,
    maxBuffer: 64e6,
    timeout: 180_000,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (error || status !== 0) process.stderr.write(`${program} ${args.join(' ')}: ${error?.message ?? stderr}\n`);
  return status === 0 ? stdout : undefined;
}

/** Each form that LibreOffice saves as: its extension, the filter, and what is special about it. */
type Form = readonly [extension: string, filter?: string | undefined, more?: Partial<MadeFile>];

const TEXTS: readonly Form[] = [
  ['docx'],
  ['odt'],
  ['rtf'],
  // A deletion is printed, struck through.
  ['pdf', undefined, { shows: ['deleted'] }],
  ['html'],
  ['epub'],
  ['fodt'],
  ['txt', 'txt:Text (encoded):UTF8', { isPlain: true }],
  ['doc', undefined, { said: true }],
];
const SPREADSHEETS: readonly Form[] = [['xlsx'], ['ods'], ['fods'], ['xls', undefined, { said: true }]];
const TALKS: readonly Form[] = [['pptx'], ['odp'], ['fodp'], ['pdf'], ['ppt', undefined, { said: true }]];

/** Files of one source in several forms, each in a folder of its own. */
function convert(folder: string, source: string, forms: readonly Form[], what: Partial<MadeFile>): MadeFile[] {
  return forms.flatMap(([extension, filter = extension, more]) => {
    const to = join(folder, `libreoffice-${extension}`);
    run('soffice', ['--headless', '--convert-to', filter, '--outdir', to, source], folder);
    const file = join(to, `${basename(source).replace(/\.\w+$/, '')}.${extension}`);
    return existsSync(file) ? [{ file, ...what, ...more }] : [];
  });
}

function byLibreOffice(folder: string): MadeFile[] {
  if (!has('soffice')) return [];
  const source = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  return [
    ...PAPERS.flatMap((paper, at) =>
      convert(folder, source(`${paper.name}.fodt`, flatText(paper)), at === 0 ? TEXTS : TEXTS.slice(0, 7), {
        paper: paper.name,
      }),
    ),
    ...SHEETS.flatMap((sheet, at) =>
      convert(
        folder,
        source(`${sheet.name}.fods`, flatSheet(sheet)),
        at === 0 ? SPREADSHEETS : SPREADSHEETS.slice(0, 3),
        {
          sheet: sheet.name,
        },
      ),
    ),
    ...convert(folder, join(folder, `${SHEETS[0]?.name}.fods`), [['xml', 'xml:MS Excel 2003 XML']], {
      words: ['Boiler', '1240.5', '2026-03-05', '0.912'],
      hides: ['internal 4711', 'Secret bonus'],
      place: '^Costs!',
    }),
    ...convert(folder, source('talk.fodp', flatTalk()), TALKS, { talk: true }),
  ];
}

/** Pandoc's writers, with the extension of each. */
const WRITERS: Readonly<Record<string, string>> = {
  docx: 'docx',
  odt: 'odt',
  rtf: 'rtf',
  epub2: 'epub',
  epub3: 'epub',
  html4: 'html',
  html5: 'html',
  pptx: 'pptx',
  latex: 'tex',
  rst: 'rst',
  org: 'org',
  mediawiki: 'wiki',
  asciidoc: 'adoc',
  docbook5: 'xml',
  jats: 'xml',
  fb2: 'fb2',
  ipynb: 'ipynb',
  plain: 'txt',
};

function byPandoc(folder: string): MadeFile[] {
  if (!has('pandoc')) return [];
  return PAPERS.flatMap((paper, at) =>
    Object.entries(WRITERS)
      // From the other papers the forms that have structure.
      .filter((_, index) => at === 0 || index < 5)
      .flatMap(([writer, extension]) => {
        const file = join(folder, `pandoc ${writer} ${paper.name}.${extension}`);
        const meta = ['-M', `title=${paper.title}`, '--wrap=none', '-s'];
        const made = run('pandoc', ['-f', 'markdown', '-t', writer, ...meta, '-o', file], folder, markdown(paper));
        return made ? [{ file, paper: paper.name, ...(extension !== 'html' && { isPlain: true }) }] : [];
      }),
  );
}

/** Without grounds Chromium prints white letters in grey. */
const PRINTS = [
  {},
  { landscape: true, format: 'A5', printBackground: true },
  { scale: 1.6, printBackground: true, displayHeaderFooter: true, headerTemplate: '<p></p>' },
] as const;

async function byChromium(folder: string): Promise<MadeFile[]> {
  if (!CHROMIUM) return [];
  const browser = await openBrowser();
  const page = await browser.newPage();
  const made: MadeFile[] = [];
  for (const [at, paper] of PAPERS.entries()) {
    await page.setContent(htmlPage(paper));
    for (const [print, options] of PRINTS.entries()) {
      const file = join(folder, `chromium ${print} ${paper.name}.pdf`);
      await page.pdf({ path: file, ...options });
      made.push({ file, paper: paper.name, ...(print === 0 && { shows: ['white'] }) });
    }
    const file = join(folder, `chromium ${paper.name}.html`);
    writeFileSync(file, await page.content());
    made.push({ file, paper: paper.name });
    if (at === 0) continue;
    const columns = join(folder, `chromium columns ${paper.name}.pdf`);
    await page.addStyleTag({ content: 'body { columns: 2 } h2 { break-before: column }' });
    await page.pdf({ path: columns, printBackground: true });
    made.push({ file: columns, paper: paper.name });
  }
  await browser.close();
  return made;
}

function byPython(folder: string): MadeFile[] {
  const papers = PAPERS.map((paper) => ({ ...paper, html: htmlPage(paper) }));
  const said = run(
    '/usr/bin/python3',
    [join(process.cwd(), 'bench/support/files/write.py'), folder],
    folder,
    JSON.stringify({ papers, sheets: SHEETS, talk: TALK }),
  );
  const lines = said?.toString('utf8').trim().split('\n') ?? [];
  return lines.map((line) => {
    const { file, ...what } = JSON.parse(line) as MadeFile;
    return { file: join(folder, file), ...what };
  });
}

/** One sentence of its language in each of the encodings of old programs. */
const LETTERS: readonly (readonly [encoding: string, text: string])[] = [
  ['CP1252', 'Die Übergabe kostet 40 € – „sofort“, sagt Frau Weiß.'],
  ['CP1250', 'Zażółć gęślą jaźń; příliš žluťoučký kůň.'],
  ['CP1251', 'Поезд Анны приходит в десять часов вечера, на второй путь, и она ждёт нас у входа.'],
  ['KOI8-R', 'Поезд Анны приходит в десять часов вечера, на второй путь, и она ждёт нас у входа.'],
  ['ISO-8859-7', 'Το τρένο της Άννας φτάνει στις δέκα το βράδυ, στη δεύτερη γραμμή.'],
  ['SHIFT_JIS', '列車は午後十時に二番線に到着します。鍵は管理人が持っています。'],
  ['EUC-JP', '列車は午後十時に二番線に到着します。鍵は管理人が持っています。'],
  ['GB18030', '火车晚上十点到达第二站台。钥匙在管理员那里，请先打电话。'],
  ['BIG5', '火車晚上十點到達第二月台。鑰匙在管理員那裡，請先打電話。'],
  ['EUC-KR', '기차는 밤 열 시에 이번 승강장에 도착합니다. 열쇠는 관리인에게 있습니다.'],
  ['UTF-16', 'Die Übergabe kostet 40 € – поезд 列車.'],
];

/** Encodings that nothing but a declaration tells apart from others. */
const DECLARED: ReadonlySet<string> = new Set(['CP1250']);

function byIconv(folder: string): MadeFile[] {
  return LETTERS.flatMap(([encoding, text]) => {
    const isPage = DECLARED.has(encoding);
    const made = isPage ? `<html><head><meta charset="windows-1250"></head><body><p>${text}</p></body></html>` : text;
    const bytes = run('iconv', ['-f', 'UTF-8', '-t', encoding], folder, `${made}\n`);
    if (!bytes) return [];
    const file = join(folder, `iconv ${encoding}.${isPage ? 'html' : 'txt'}`);
    writeFileSync(file, bytes);
    return [{ file, words: [text], place: isPage ? 'paragraph' : 'line' }];
  });
}

/** Files that packers and converters make of others. */
function byPackers(folder: string, made: readonly MadeFile[]): MadeFile[] {
  const [first, second] = PAPERS as readonly [Paper, Paper];
  const found: MadeFile[] = [];
  const add = (program: string, args: readonly string[], what: MadeFile) => {
    if (has(program) && run(program, args, folder) && existsSync(what.file)) found.push(what);
  };
  const at = (name: string) => join(folder, name);
  const docx = `python-docx ${first.name}.docx`;
  if (!made.some(({ file }) => file === at(docx))) return [];
  writeFileSync(at('page.html'), htmlPage(first));
  const inside = { paper: first.name, place: 'python-docx boiler\\.docx' };
  add('zip', ['-q', 'zip.zip', docx, 'page.html'], { file: at('zip.zip'), ...inside });
  add('zip', ['-q', '-P', 'x', 'locked.zip', docx], { file: at('locked.zip'), said: true });
  add('7z', ['a', '-tzip', '-mx=9', '7z.zip', docx], { file: at('7z.zip'), ...inside });
  add('7z', ['a', '7z.7z', docx], { file: at('7z.7z'), said: true });
  add('tar', ['-cf', 'tar.tar', docx], { file: at('tar.tar'), said: true });
  add('tar', ['-czf', 'tar.tgz', docx], { file: at('tar.tgz'), said: true });
  const pdf = (name: string) => `reportlab ${name}.pdf`;
  add('pdfunite', [pdf(first.name), pdf(second.name), 'united.pdf'], { file: at('united.pdf'), paper: second.name });
  add('pdftocairo', ['-pdf', pdf(first.name), 'cairo.pdf'], { file: at('cairo.pdf'), paper: first.name, pages: true });
  // Ghostscript 10.0 forgets the letters beyond ASCII: no reader knows them then.
  add('gs', ['-q', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', '-sOutputFile=gs.pdf', pdf(first.name)], {
    file: at('gs.pdf'),
    paper: first.name,
    pages: true,
  });
  for (const sheet of SHEETS)
    for (const extension of ['xlsx', 'ods'])
      add('ssconvert', [`openpyxl ${sheet.name}.xlsx`, `gnumeric ${sheet.name}.${extension}`], {
        file: at(`gnumeric ${sheet.name}.${extension}`),
        sheet: sheet.name,
        ...(extension === 'xlsx' && { shows: ['sheet'] }),
      });
  for (const extension of ['docx', 'odt', 'rtf'])
    add('abiword', ['--to', extension, '-o', `abiword.${extension}`, docx], {
      file: at(`abiword.${extension}`),
      paper: first.name,
      // AbiWord loses what is hidden on its way to Word.
      ...(extension === 'docx' && { shows: ['hidden'] }),
      // Its headings are paragraphs there.
      ...(extension === 'odt' && { place: '^paragraph' }),
    });
  const groff = ['.SH Service', ...(first.sections[0]?.paragraphs ?? []), '.SH Contract', 'Three months.'].join('\n');
  const printed = has('groff') && run('groff', ['-ms', '-Tpdf'], folder, groff);
  if (printed) {
    writeFileSync(at('groff.pdf'), printed);
    found.push({
      file: at('groff.pdf'),
      words: [...(first.sections[0]?.paragraphs ?? []), 'Three months.'],
      place: 'page 1',
    });
  }
  return found;
}

/** Makes all files into `folder`. */
export async function makeFiles(folder: string): Promise<MadeFile[]> {
  mkdirSync(folder, { recursive: true });
  const made = [
    ...byLibreOffice(folder),
    ...byPandoc(folder),
    ...(await byChromium(folder)),
    ...byPython(folder),
    ...byIconv(folder),
  ];
  return [...made, ...byPackers(folder, made)];
}
