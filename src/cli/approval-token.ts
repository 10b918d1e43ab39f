import { readConfig } from '../app/index.ts';
import { configRequest, type Flags } from './flags.ts';

/** What commands send that approve something, or give somebody the right to. */
export function approvalToken(flags: Flags, io: NodeJS.Process): { token?: string } {
  const { approval_token: token } = readConfig(configRequest(flags, io)).access;
  return token === undefined ? {} : { token };
}
