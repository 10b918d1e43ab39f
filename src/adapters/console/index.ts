/** The terminal: a documented protocol of JSON lines, and a prompt for people that speaks it. */

export { type About, type ConsoleAdapter, type ConsoleOptions, consoleAdapter } from './adapter.ts';
export { runTerminal, type TerminalOptions } from './terminal/terminal.ts';
