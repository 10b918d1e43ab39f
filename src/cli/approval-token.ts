import type { Flags } from './flags.ts';

/** What commands send that approve something, or give somebody the right to: only what was given to them, as --approval-token. */
export function approvalToken({ approvalToken: token }: Flags): { token?: string } {
  return token === undefined ? {} : { token };
}
