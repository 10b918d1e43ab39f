/** Calls of connectors by the egress client. */
import { type Failed, failed } from '../../agent/index.ts';
import { backOff, sleep } from '../../base/async.ts';
import type { Secrets } from '../../base/log.ts';
import { visible } from '../../base/text.ts';
import type { Answer, Egress, EgressFailure } from '../../egress/index.ts';
import type { Connector } from './definition.ts';
import type { Found } from './folder.ts';
import { type ConnectorCall, isReading, isSendable, type Prepared, prepare } from './request.ts';
import { type ValueSources, valuesOf } from './secrets.ts';
import { texts } from './texts.ts';

export interface CallDeps {
  folders: { read(): Found };
  values: ValueSources;
  /** One that reaches public addresses alone, and those that the owner has allowed. */
  egress: Egress;
  hidden: Secrets;
}

export interface Answered {
  ok: true;
  status: number;
  /** The content type without parameters. */
  type: string;
  /** Without secrets, and no longer than a turn can use. */
  text: string;
}

const MOST_SENT = 1024 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_CHARACTERS = 60_000;
const REDIRECTS = 3;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/** Statuses of a server that may answer soon. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const AWAY: ReadonlySet<string> = new Set(['EGRESS_UNREACHABLE', 'EGRESS_TIMEOUT']);

/** Calls a connector; what goes wrong is a value. */
export async function callConnector(
  deps: CallDeps,
  name: string,
  call: ConnectorCall,
  asker: { personId: string; spaceId: string; signal: AbortSignal },
): Promise<Answered | Failed> {
  const { connectors } = deps.folders.read();
  const connector = connectors.get(name);
  if (!connector)
    return failed('NOT_FOUND', texts.unknown(name, [...connectors.keys()]), { remedy: texts.unknownRemedy });
  const wrong = problemOf(call);
  if (wrong) return wrong;
  const found = await valuesOf(deps.values, connector, asker);
  if (!found.ok) {
    const { missing, why } = found;
    return failed('MISSING_SECRET', texts.missingSecret(name, missing, why), { remedy: texts.missingRemedy(missing) });
  }
  const prepared = prepare(connector, call, found.values);
  if (!prepared) return failed('REFUSED', texts.leaves(name), { remedy: texts.leavesRemedy });
  if (!isSendable(prepared)) return failed('REFUSED', texts.badSecret(name), { remedy: texts.badSecretRemedy });
  hideCredentials(deps.hidden, prepared);
  return ask(deps, connector, call, prepared, asker.signal);
}

function problemOf({ method, body }: ConnectorCall): Failed | undefined {
  if (body === undefined) return undefined;
  if (isReading(method)) return failed('INVALID_INPUT', texts.noBody(method), { remedy: texts.noBodyRemedy });
  const size = Buffer.byteLength(typeof body === 'string' ? body : JSON.stringify(body));
  if (size <= MOST_SENT) return undefined;
  return failed('INVALID_INPUT', texts.bodyTooLarge(MOST_SENT), { remedy: texts.bodyTooLargeRemedy });
}

/** A name and a password in Base64 are neither of them. */
function hideCredentials(hidden: Secrets, { headers: { authorization = '' } }: Prepared): void {
  const [, encoded] = /^Basic (.+)$/.exec(authorization) ?? [];
  hidden.add(encoded);
}

async function ask(
  { egress, hidden }: CallDeps,
  { name, timeout, retries }: Connector,
  { method }: ConnectorCall,
  { url, headers, body }: Prepared,
  signal: AbortSignal,
): Promise<Answered | Failed> {
  const tries = isReading(method) ? retries + 1 : 1;
  for (let attempt = 1; ; attempt++) {
    const answer = await egress.fetch(url, {
      ...{ method, headers, signal },
      ...(body !== undefined && { body }),
      limits: { totalMs: timeout, headersMs: timeout, maxBytes: MOST_BYTES, redirects: REDIRECTS },
    });
    const isAway = answer.ok ? BUSY.has(answer.status) : AWAY.has(answer.code);
    if (!isAway || attempt >= tries || signal.aborted)
      return answer.ok ? answered(answer, hidden) : away(name, method, answer);
    if (answer.ok) answer.close();
    await sleep(backOff(attempt, LONGEST_PAUSE_MS, FIRST_PAUSE_MS), signal);
  }
}

/** The failure of a call that may have arrived. */
function away(name: string, method: ConnectorCall['method'], { code, message, remedy }: EgressFailure): Failed {
  const mayHaveArrived =
    !isReading(method) && ['EGRESS_TIMEOUT', 'EGRESS_MALFORMED', 'EGRESS_TOO_LARGE'].includes(code);
  return mayHaveArrived
    ? failed('OUTCOME_UNKNOWN', texts.unknownOutcome(name, message), { remedy })
    : failed(code, message, { remedy });
}

const TEXT = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|x-www-form-urlencoded|javascript|x-ndjson)$)/;

async function answered(answer: Answer, hidden: Secrets): Promise<Answered | Failed> {
  const { status, type } = answer;
  const read = await answer.bytes();
  if (!read.ok) return failed(read.code, read);
  const isText = type === '' || TEXT.test(type);
  const text = isText
    ? bounded(hidden.hide(visible(new TextDecoder().decode(read.bytes))))
    : texts.binary(type, read.bytes.byteLength);
  return { ok: true, status, type, text };
}

function bounded(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}\n${texts.cut(text.length - MOST_CHARACTERS)}`;
}
