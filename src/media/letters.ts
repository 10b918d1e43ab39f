/** Letters in pictures, by tesseract, and pages of PDFs as pictures, by poppler: where they are installed, in limits of their own. */
import { deadline } from '../base/async.ts';
import { type Env, hasProgram, type ProgramInput, type Programs } from './programs.ts';

interface ReadPage {
  place: string;
  text: string;
}

const PICTURE_WITHIN_MS = 20_000;
/** Pages that are read as pictures: each takes a second or two. */
const MOST_PAGES = 20;
const PAGES_WITHIN_MS = 60_000;
const LONGEST = 19_000;
const DOTS_PER_INCH = '150';
/** A picture of a few bytes may unpack to billions of points. */
const LIMITS = { memoryMb: 1_500, cpuSeconds: PICTURE_WITHIN_MS / 1_000 };
/** A single thread: it reads no faster with four, and has four times the stacks. */
const ALONE = ['env', 'OMP_THREAD_LIMIT=1'];

export const readsPictures = (env: Env): Promise<boolean> => hasProgram('tesseract', env);

/** The text in a picture, empty where it has no letters; undefined where it cannot be read. */
export async function lettersIn(
  bytes: Buffer,
  programs: Programs,
  by: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  using limit = deadline(PICTURE_WITHIN_MS, signal);
  try {
    const command = [...ALONE, 'tesseract', '{file}', 'stdout'];
    const input: ProgramInput = { command, files: { file: { extension: 'picture', bytes } }, limits: LIMITS };
    const output = await programs.run(input, by, limit);
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.trimEnd());
    const withoutGaps = lines.filter((line, at) => line !== '' || lines[at - 1] !== '');
    return withoutGaps.join('\n').trim().slice(0, LONGEST);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Passages of these pages of a PDF, which are pictures; fewer where it takes too long. */
export async function lettersOnPages(
  bytes: Buffer,
  pages: readonly number[],
  programs: Programs,
  by: string,
  signal: AbortSignal,
): Promise<ReadPage[]> {
  const passages: ReadPage[] = [];
  if (!(await hasProgram('pdftoppm', programs.env))) return passages;
  using limit = deadline(PAGES_WITHIN_MS, signal);
  for (const page of pages.slice(0, MOST_PAGES)) {
    const [at, files] = [String(page), { file: { extension: 'pdf', bytes } }];
    const command = ['pdftoppm', '-r', DOTS_PER_INCH, '-gray', '-png', '-f', at, '-l', at, '{file}'];
    const picture = await programs.run({ command, files, limits: LIMITS }, by, limit).catch(() => undefined);
    signal.throwIfAborted();
    if (limit.signal.aborted) break;
    const text = picture && (await lettersIn(picture, programs, by, limit.signal).catch(() => ''));
    if (text) passages.push({ place: `page ${page}`, text });
  }
  return passages;
}
