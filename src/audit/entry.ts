import type { Instant } from '../base/clock.ts';
import { uuid } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';
import type { Secrets } from '../base/log.ts';

export type AuditAction =
  | 'tool.call'
  | 'critique'
  | 'command.run'
  | 'press.refuse'
  | 'approval.decide'
  | 'approval.expire'
  | 'person.admit'
  | 'person.revoke'
  | 'person.join'
  | 'person.part'
  | 'person.sign_in'
  | 'person.first_owner'
  | 'person.password'
  | 'person.passkey'
  | 'person.passkey_end'
  | 'person.passkey_copy'
  | 'person.link_home_assistant'
  | 'person.unlink_home_assistant'
  | 'config.change'
  | 'setup.add'
  | 'setup.change'
  | 'setup.remove'
  | 'control.run';

/**
 * Origin of an action; `terminal`: the person at the machine, at a prompt or with a command; `dashboard`: a button of
 * its pages.
 */
export type AuditOrigin =
  | 'message'
  | 'command'
  | 'press'
  | 'schedule'
  | 'webhook'
  | 'http'
  | 'program'
  | 'skill'
  | 'start'
  | 'expiry'
  | 'terminal'
  | 'dashboard';

/** `unknown`: it had begun, and nobody knows whether it happened. */
export const STATUSES = ['ok', 'failed', 'denied', 'declined', 'unknown'] as const;
export type AuditStatus = (typeof STATUSES)[number];

export interface AuditEntry {
  at: Instant;
  action: AuditAction;
  subject: string | undefined;
  personId: string | undefined;
  conversationId?: string | undefined;
  skill?: string | undefined;
  status?: AuditStatus;
  code?: string | undefined;
  durationMs?: number | undefined;
  origin: AuditOrigin;
  /** The specialist whose nested turn did it. */
  agent?: string | undefined;
  tainted?: boolean;
  /** Without secrets and private fields. */
  detail?: object;
  /** The inbox row that it was done for, where it is written in that row's statement. */
  inboxId?: string;
}

/** An entry as it is written; JSON names are the columns'. */
export type AuditRow = Record<string, unknown>;

export function rowOf(entry: AuditEntry): AuditRow {
  return {
    id: uuid(entry.at),
    inbox_id: entry.inboxId ?? null,
    at: entry.at,
    person_id: entry.personId ?? null,
    conversation_id: entry.conversationId ?? null,
    action: entry.action,
    subject: entry.subject ?? null,
    skill: entry.skill ?? null,
    status: entry.status ?? 'ok',
    code: entry.code ?? null,
    duration_ms: entry.durationMs === undefined ? null : Math.round(entry.durationMs),
    origin: entry.origin,
    agent: entry.agent ?? null,
    tainted: entry.tainted ?? false,
    detail: entry.detail ?? {},
  };
}

const LONGEST_DETAIL = 2_000;

export function detailOf(value: object, secrets: Secrets): object {
  const text = secrets.hide(canonicalJson(value));
  if (text.length > LONGEST_DETAIL) return { cut: text.slice(0, LONGEST_DETAIL), characters: text.length };
  try {
    return JSON.parse(text) as object;
  } catch {
    // A secret with quotes in it was cut out of the middle.
    return { text };
  }
}
