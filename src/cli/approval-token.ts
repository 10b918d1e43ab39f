import type { Flags } from './flags.ts';

/**
 * The approval token of commands that approve something, or grant the right to: only the one given as --approval-token.
 */
export function approvalToken({ approvalToken: token }: Flags): { token?: string } {
  return token === undefined ? {} : { token };
}
