/** Entries of the log of what was done, in words: the act, its origin, and what came of it. Codes stand under Details. */
import type { Json } from '../api/types.ts';

export type AuditEntry = Json<'/v1/audit'>['entries'][number];
type AuditedAct = Pick<AuditEntry, 'action' | 'subject' | 'does'>;

/** The act with its subject behind it: a tool in its own words. */
const withSubject = (act: string, { does, subject }: AuditedAct): string => {
  if (does !== null) return `${act}: “${does}”`;
  return subject === null ? act : `${act}: ${subject}`;
};

/** Acts that no tool does; the subject of some is the tool of a call. */
const ACTIONS: Readonly<Record<string, (entry: AuditedAct) => string>> = {
  // Only a tool of somebody else's has no words of its own here.
  'tool.call': ({ does }) => does ?? 'used a tool that came from elsewhere',
  'command.run': ({ subject }) => `used the command /${subject ?? ''}`,
  critique: (entry) => withSubject('had a call looked at a second time', entry),
  'press.refuse': () => 'pressed a button that was not theirs',
  'approval.decide': (entry) => withSubject('decided about a call', entry),
  'approval.expire': (entry) => withSubject('a question was not answered in time', entry),
  'person.admit': () => 'somebody was let in',
  'person.revoke': () => 'somebody is not heard any more',
  'person.join': () => 'two accounts became one person',
  'person.part': () => 'an account was parted from a person',
  'person.sign_in': () => 'signed in in a browser',
  'person.first_owner': () => 'became the first owner',
  'person.password': () => 'set a password for the page',
  'setup.add': (entry) => withSubject('added to the settings', entry),
  'setup.change': (entry) => withSubject('changed in the settings', entry),
  'setup.remove': (entry) => withSubject('took out of the settings', entry),
  'person.passkey': () => 'added a passkey for the page',
  'person.passkey_end': () => 'removed a passkey',
  'person.passkey_copy': () => 'a passkey was refused, of which there may be a copy',
  'person.link_home_assistant': () => 'is signed in by Home Assistant',
  'person.unlink_home_assistant': () => 'is no longer signed in by Home Assistant',
  'config.change': (entry) => withSubject('the settings changed', entry),
  'control.run': ({ subject }) => `carried out “coda ${subject ?? ''}”`,
};

export const actWords = (entry: AuditedAct): string =>
  ACTIONS[entry.action]?.(entry) ?? entry.does ?? 'something was done';

const ORIGINS: Readonly<Record<string, string>> = {
  message: 'asked for in words',
  command: 'by a command',
  press: 'by a button',
  schedule: 'by a schedule',
  webhook: 'by a webhook',
  http: 'on a page or by a program',
  program: 'by a program of this machine',
  skill: 'by a skill',
  start: 'as coda started',
  expiry: 'as the time was over',
  terminal: 'at the terminal',
  dashboard: 'on a page',
};

export const originWords = (origin: string): string => ORIGINS[origin] ?? 'in another way';

const OUTCOMES: Readonly<Record<Exclude<AuditEntry['status'], 'ok'>, string>> = {
  failed: 'did not work',
  denied: 'was not allowed',
  declined: 'was not wanted',
  unknown: 'may have happened',
};

/** Reasons that are told apart; the code of any other stands under Details. */
const REASONS: Readonly<Record<string, string>> = {
  NOT_FOUND: 'there was none like that',
  AMBIGUOUS: 'several could be meant',
  INVALID_INPUT: 'it was not asked for in a way that works',
  NOTHING_TO_UNDO: 'there was nothing to take back',
  GONE: 'it was over already',
};

/** Undefined: it went well. */
export function outcomeWords({ status, code }: Pick<AuditEntry, 'status' | 'code'>): string | undefined {
  if (status === 'ok') return undefined;
  return (status === 'failed' && code !== null && REASONS[code]) || OUTCOMES[status];
}
