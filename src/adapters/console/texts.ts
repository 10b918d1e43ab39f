/** Before a part that may already have been shown. */
export const AGAIN = '(again)';

export const PROMPT = 'you › ';
export const MORE = '  … ';
export const THINKING = '…';
/** Typed alone they end the terminal's side; coda itself runs on. */
export const LEAVING_COMMANDS: readonly string[] = ['/exit', '/quit', 'exit', 'quit'];
export const LEAVE_HINT = 'Ctrl-C again, or Ctrl-D, leaves.';
export const WITHDRAWN = '(taken back)';
/** Above what came while no terminal was open. */
export const UNREAD = '(unread)';
export const EDITED = '(changed)';

export function greetingLines(name: string, version: string, hint: string): string[] {
  return [`${name} ${version} · ${hint}`, 'Type and press Enter; /help shows what there is, Ctrl-D leaves.'];
}

export function chosenLine(label: string): string {
  return `→ ${label}`;
}
