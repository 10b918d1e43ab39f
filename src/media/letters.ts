/** Letters in pictures, by tesseract, and pages of PDFs as pictures, by poppler: where they are installed, in limits of their own. */
import { deadline } from '../base/async.ts';
import { type Env, hasProgram, runProgram } from './programs.ts';

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
/** Kilobytes of memory and seconds of a processor: a picture of a few bytes may unpack to billions of points. */
const LIMITED = ['sh', '-c', 'ulimit -v 1500000 -t 20; export OMP_THREAD_LIMIT=1; exec "$@"', 'sh'];

export const readsPictures = (env: Env): Promise<boolean> => hasProgram('tesseract', env);

/** The text in a picture; none where it has no letters, or cannot be read. */
export async function lettersIn(bytes: Buffer, env: Env, signal: AbortSignal): Promise<string> {
  using limit = deadline(PICTURE_WITHIN_MS, signal);
  try {
    const command = [...LIMITED, 'tesseract', '{file}', 'stdout'];
    const output = await runProgram({ command, files: { file: { extension: 'picture', bytes } } }, env, limit.signal);
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.trimEnd());
    const withoutGaps = lines.filter((line, at) => line !== '' || lines[at - 1] !== '');
    return withoutGaps.join('\n').trim().slice(0, LONGEST);
  } catch {
    signal.throwIfAborted();
    return '';
  }
}

/** Passages of these pages of a PDF, which are pictures; fewer where it takes too long. */
export async function lettersOnPages(
  bytes: Buffer,
  pages: readonly number[],
  env: Env,
  signal: AbortSignal,
): Promise<ReadPage[]> {
  const passages: ReadPage[] = [];
  if (!(await hasProgram('pdftoppm', env))) return passages;
  using limit = deadline(PAGES_WITHIN_MS, signal);
  for (const page of pages.slice(0, MOST_PAGES)) {
    const [at, files] = [String(page), { file: { extension: 'pdf', bytes } }];
    const command = [...LIMITED, 'pdftoppm', '-r', DOTS_PER_INCH, '-gray', '-png', '-f', at, '-l', at, '{file}'];
    const picture = await runProgram({ command, files }, env, limit.signal).catch(() => undefined);
    signal.throwIfAborted();
    if (limit.signal.aborted) break;
    const text = picture && (await lettersIn(picture, env, limit.signal).catch(() => ''));
    if (text) passages.push({ place: `page ${page}`, text });
  }
  return passages;
}
