/** The terminal: a documented protocol of JSON lines, and a prompt for people that speaks it. */

import type { TerminalOptions } from './terminal/terminal.ts';

export { type ConsoleAdapter, type ConsoleOptions, consoleAdapter, type ProgramInfo } from './adapter.ts';
export type { Output } from './protocol.ts';
export type { TerminalOptions };

/**
 * Talks with whoever sits at the terminal until they leave (resolves `left`) or the session ends (`ended`). Where stdin
 * or stdout is no terminal, lines are taken and answers written without a prompt.
 */
export async function runTerminal(options: TerminalOptions): Promise<'left' | 'ended'> {
  // A daemon and a program do without the prompt and its Markdown.
  const { openTerminal } = await import('./terminal/terminal.ts');
  return openTerminal(options);
}
