/** Which relative paths can name a file of a skill: those that mean the same file on every system. */

const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;

/** Control characters, surrogates without a partner, and format characters, which nobody sees. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Cf}\u2028\u2029\ufffd]/u;

/** Not part of a skill wherever it stands: a repository's own records, which every fetch changes. */
const REPOSITORY = /^(?:\.git|git~1)$/i;

/**
 * Why `path` cannot name a file inside a folder; undefined when it can. Purely lexical: nothing is looked up. Refused
 * are `..`, absolute paths, backslashes, drives and streams, NUL and other unseen characters, names that another system
 * would read as a different one (trailing dots or spaces, not NFC, fullwidth dots and slashes), and `.git`.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'the path is empty';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `the path is longer than ${MAX_PATH_BYTES} bytes`;
  if (UNSEEN.test(path)) return 'the path has a control character or one that cannot be seen';
  if (path !== path.normalize('NFC')) return 'the path is not in the Unicode form NFC';
  // Fullwidth dots and slashes become plain ones where a system folds names for compatibility.
  return lexicalProblem(path) ?? lexicalProblem(path.normalize('NFKC'));
}

function lexicalProblem(path: string): string | undefined {
  if (path.includes('\\')) return 'the path has a backslash';
  if (path.startsWith('/')) return 'the path is absolute';
  if (path.startsWith('~')) return 'the path begins with "~"';
  if (path.includes(':')) return 'the path has a colon, which names a drive or a stream on some systems';
  for (const name of path.split('/')) {
    const problem = nameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'the path has an empty part';
  if (name === '.' || name === '..') return `the path has "${name}" in it`;
  if (name.endsWith('.') || name.endsWith(' ')) return 'a part of the path ends with a dot or a space';
  if (name.startsWith(' ')) return 'a part of the path begins with a space';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a part of the path is longer than ${MAX_NAME_BYTES} bytes`;
  if (REPOSITORY.test(name)) return 'the path leads into a repository’s own records';
  return undefined;
}

/** Whether a folder's entry is left out everywhere: a repository's records are no part of a skill. */
export function isRepository(name: string): boolean {
  return REPOSITORY.test(name);
}
