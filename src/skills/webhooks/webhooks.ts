import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { base64, faultsOf, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import { type BadSignature, checkSha256, checkSigned } from '../../base/signature.ts';
import type { SkillDeps, SkillPorts, StorageDeps, WorkDeps } from '../../chat/index.ts';
import { conversations, type IncomingFile } from '../../delivery/index.ts';
import { resolvePeople } from '../../people/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import type { WritesBesides } from '../../storage/index.ts';
import type { Hook, HookForm } from './store.ts';
import * as store from './store.ts';
import { type FilledTemplate, fill, isRecord, templateSchema, valueAt } from './template.ts';

const newHook = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected lower-case letters, digits and -' }),
    person: z.string().min(1),
    kind: z.enum(['message', 'reminder', 'note', 'skill', 'watch']).default('message'),
    form: z.enum(['coda', 'github', 'stripe']).default('coda'),
    allow_unsigned: z.boolean().default(false),
    template: templateSchema,
    /** The other side's own; left out, one is made. */
    secret: z.string().min(16, { error: 'expected at least 16 characters' }).max(500).optional(),
  })
  .refine(({ kind, template }) => (kind === 'reminder') === (template.when !== undefined), {
    error: 'a reminder, and nothing else, needs a time',
  })
  .refine(({ kind, template }) => (kind === 'skill') === (template.skill !== undefined), {
    error: 'the run of a skill, and nothing else, needs the name of one',
  });

type Deps = Pick<SkillDeps, 'database' | 'world'> & Pick<WorkDeps, 'jobs'> & Pick<StorageDeps, 'artifacts'>;

export interface WebhookDeps extends Deps {
  secrets: Pick<SkillSecrets, 'set' | 'remove' | 'valueOf'>;
  /** Bytes of one attachment, at most. */
  attachmentBytes: number;
  watchHook: SkillPorts['watchHook'];
}

export interface Trial {
  kind: store.HookKind;
  makes: string;
  missing: string[];
}

export class Webhooks {
  private readonly deps: WebhookDeps;
  private readonly secrets: HookSecrets;

  constructor(deps: WebhookDeps) {
    this.deps = deps;
    this.secrets = { secretOf: ({ id, personId }) => deps.secrets.valueOf({ ...secretKey(id), personId }) };
  }

  /** Makes a hook; gives its secret, which is shown nowhere again, where it has one. Throws `INPUT_INVALID`. */
  async add(asked: unknown, besides?: WritesBesides<string>): Promise<{ path: string; secret: string | null }> {
    const parsed = newHook.safeParse(asked, { error: inputWords });
    if (!parsed.success) throw invalid(`The hook is not right: ${faultsOf(parsed.error, 'the hook')}.`, HELP);
    const { name, person, kind, allow_unsigned: isUnsigned, template } = parsed.data;
    const form: store.HookForm = isUnsigned ? 'unsigned' : parsed.data.form;
    const { database, world, secrets } = this.deps;
    const path = `/hooks/${name}`;
    await database.tx('hooks.add', async (tx) => {
      const [personId, ...others] = await resolvePeople(tx, person);
      if (personId === undefined) throw invalid(`Nobody is called ${person}.`, PEOPLE);
      if (others.length > 0) throw invalid(`Several people are called ${person}.`, PEOPLE);
      const hook = { id: name, personId, kind, form, template };
      if (!(await store.add(tx, hook, world.clock.now()))) throw invalid(`There is a hook ${name} already.`, HELP);
      besides?.(tx, path);
    });
    if (isUnsigned) return { path, secret: null };
    const secret = parsed.data.secret ?? randomBytes(32).toString('base64url');
    const { personId } = await this.find(name);
    // Until it is there, the hook takes nothing.
    await secrets.set({ ...secretKey(name), person: personId }, secret);
    return { path, secret };
  }

  list(): Promise<store.ListedHook[]> {
    return store.list(this.deps.database);
  }

  async remove(name: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    const hook = await store.find(this.deps.database, name);
    if (!hook) return false;
    await this.deps.secrets.remove({ ...secretKey(name), person: hook.personId });
    return this.deps.database.tx('hooks.remove', async (tx) => {
      const isGone = await store.remove(tx, name);
      besides?.(tx, isGone);
      return isGone;
    });
  }

  async test(name: string, body: Uint8Array): Promise<Trial> {
    const hook = await this.find(name);
    const filled = fill(hook.template, payloadOf(body));
    const { text, planned } = madeOf(hook, filled);
    return { kind: hook.kind, makes: planned ?? text, missing: filled.missing };
  }

  get attachmentBytes(): number {
    return this.deps.attachmentBytes;
  }

  /** Takes what was sent, if it is its program's and new. Throws what HTTP answers. */
  async take(name: string, request: SentRequest): Promise<{ delivery: string; missing: string[] }> {
    const hook = await this.find(name);
    await authenticate(this.deps, hook, request, this.secrets);
    return take(this.deps, hook, request);
  }

  async takeLocal(
    name: string,
    body: Uint8Array,
    signature: string | undefined,
  ): Promise<{ delivery: string; missing: string[] }> {
    return this.take(name, {
      body,
      header: (header) => (header.includes('signature') ? signature : undefined),
      local: true,
    });
  }

  private async find(name: string): Promise<store.Hook> {
    const hook = await store.find(this.deps.database, name);
    if (hook) return hook;
    throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such hook.', remedy: '"coda hooks" shows them.' });
  }
}

const HELP = '"coda hooks add --help" shows how it is called.';
const PEOPLE = '"coda people" shows who is known, with their accounts.';

const secretKey = (name: string) => ({ skill: `hook:${name}`, name: 'SECRET' });

// Takes a delivery to a hook: verifies its sender, drops repetitions, and makes its words or call.

interface SentRequest {
  body: Uint8Array;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** Comes from a program of this machine. */
  local: boolean;
}

interface HookSecrets {
  secretOf(hook: Pick<Hook, 'id' | 'personId'>): Promise<string | undefined>;
}

type TakeDeps = Deps & Pick<WebhookDeps, 'attachmentBytes' | 'watchHook'>;

const TOLERANCE_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** For how long what was taken is known: a signature without a time is good for ever. */
const KNOWN_MS = 30 * 86_400_000;
const MOST_A_MINUTE = 120;
const MOST_ATTACHMENTS = 10;

const HEADERS: Readonly<Record<Exclude<HookForm, 'unsigned'>, string>> = {
  coda: 'coda-signature',
  github: 'x-hub-signature-256',
  stripe: 'stripe-signature',
};

/** True if the body is its program's. Throws `HTTP_UNAUTHORIZED` and says what is wrong, never what would be right. */
async function authenticate(deps: TakeDeps, hook: Hook, request: SentRequest, secrets: HookSecrets): Promise<void> {
  const { form } = hook;
  if (form === 'unsigned') {
    if (request.local) return;
    throw unsignedError('This hook takes what is not signed, and so only from its own machine.');
  }
  const name = HEADERS[form];
  const header = request.header(name);
  if (header === undefined) throw unsignedError(`The header ${name} is missing.`);
  const secret = await secrets.secretOf(hook);
  if (secret === undefined) throw unsignedError('This hook has no secret.');
  const time = { now: deps.world.clock.now(), toleranceMs: TOLERANCE_MS };
  const bad =
    form === 'github' ? checkSha256(header, secret, request.body) : checkSigned(header, secret, request.body, time);
  if (bad) throw unsignedError(SAYS[bad](name));
}

const SAYS: Readonly<Record<BadSignature, (header: string) => string>> = {
  form: (header) => `The header ${header} does not have the form of this hook.`,
  old: () => 'The signature is older than five minutes, or from the future.',
  wrong: () => 'The signature is not that of this body.',
};

/**
 * Notes the delivery and what it makes in one transaction: from then on it happens, once. Throws `HTTP_CONFLICT` for what
 * was taken before, `HTTP_TOO_FAST`, `INPUT_INVALID`. `request` has been authenticated.
 */
async function take(
  deps: TakeDeps,
  hook: Hook,
  request: SentRequest,
): Promise<{ delivery: string; missing: string[] }> {
  const payload = payloadOf(request.body);
  const filled = fill(hook.template, payload);
  const isWatched = hook.kind === 'watch';
  if (filled.text === '' && !isWatched) throw invalid('The template makes nothing of this payload.');
  const files = await attachmentsOf(deps, payload);
  const { database, world, jobs } = deps;
  const now = world.clock.now();
  const delivery = uuid(now);
  await database.tx('hooks.take', async (tx) => {
    if (!(await store.take(tx, hook.id, digestOf(hook, request, delivery), now))) throw replayedError();
    await store.forgetTaken(tx, hook.id, new Date(now.getTime() - KNOWN_MS));
    const recent = await store.takenSince(tx, hook.id, new Date(now.getTime() - MINUTE_MS));
    if (recent > MOST_A_MINUTE) throw tooFast();
    const read = (place: string) => valueAt(payload, place);
    await deps.watchHook(tx, { hook: hook.id, personId: hook.personId, delivery, read });
    if (isWatched) return;
    const conversationId = await conversations.openReading(tx, hook.personId, { id: uuid(now), now });
    if (conversationId === undefined) throw invalid('The person of this hook has not talked to coda alone yet.');
    const { text, planned } = madeOf(hook, filled);
    const message = { personId: hook.personId, conversationId, text, ...(planned && { planned }), files };
    const key = `webhook:${hook.id}:${delivery}`;
    await jobs.enqueue(
      tx,
      { kind: store.KIND, payload: { ...message, files: files.map((file) => ({ ...file })) } },
      { at: now, key },
    );
  });
  return { delivery, missing: filled.missing };
}

function madeOf(
  { kind }: Pick<Hook, 'kind'>,
  { text, when = '', skill = '', missing }: FilledTemplate,
): { text: string; planned?: string } {
  if (kind === 'reminder') return { text, planned: `/remind ${when}\n${text}` };
  if (kind === 'note') return { text, planned: `/note ${text}` };
  if (kind === 'skill') return { text, planned: `/${skill} ${text}` };
  return { text: missing.length === 0 ? text : `${text}\n(Not in what was sent: ${missing.join(', ')}.)` };
}

/** Identity of a delivery: its signature, which covers its body and its time. */
function digestOf({ form }: Hook, request: SentRequest, delivery: string): string {
  const signature = form === 'unsigned' ? undefined : request.header(HEADERS[form]);
  if (signature === undefined) return request.header('coda-delivery')?.slice(0, 200) ?? delivery;
  // Not of the header, which may be written in several ways.
  const stamp = form === 'github' ? '' : (/(?:^|,)\s*t\s*=\s*(\d+)/.exec(signature)?.[1] ?? '');
  return createHash('sha256').update(`${stamp}.`).update(request.body).digest('hex');
}

/** Numbers that JavaScript would write otherwise (20 digits, `21.10`) as texts; of JSON, whose quotation marks are closed. */
const numbersAsWritten = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d+(?:\.\d+)?$/.test(token) && String(Number(token)) !== token ? `"${token}"` : token,
  );

function payloadOf(body: Uint8Array): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (!isRecord(parseJson(text))) throw new SyntaxError('no object');
    return parseJson(numbersAsWritten(text)) as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw invalid('The body is no JSON object, or is nested too deeply.');
}

const attachments = z
  .array(
    z.object({
      filename: z.string().min(1).max(255),
      content_type: z
        .string()
        .regex(/^[\w.+-]+\/[\w.+-]+$/)
        .max(127)
        .default('application/octet-stream'),
      data: base64,
    }),
  )
  .max(MOST_ATTACHMENTS);

/** `attachments` of the payload, kept as files; anything else of that name is an ordinary value. */
async function attachmentsOf(
  { artifacts, attachmentBytes }: TakeDeps,
  payload: Record<string, unknown>,
): Promise<IncomingFile[]> {
  const { attachments: list } = payload;
  if (!Array.isArray(list) || list.length === 0) return [];
  const parsed = attachments.safeParse(list);
  if (!parsed.success)
    throw invalid('The attachments are no list of { filename, content_type, data }, data in base64.');
  const files: IncomingFile[] = [];
  for (const { filename, content_type: type, data } of parsed.data) {
    const artifact = await artifacts.put(Buffer.from(data, 'base64'), { maxBytes: attachmentBytes });
    files.push({ name: nameOf(filename), type, size: artifact.size, hash: artifact.hash });
  }
  return files;
}

/** Never a path. */
const nameOf = (filename: string) =>
  filename
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/[^\P{C}]/gu, '') || 'file';

function unsignedError(message: string): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', { message, remedy: 'Sign it as docs/webhooks.md says.' });
}

function replayedError(): CodaError {
  const message = 'This was taken before.';
  return new CodaError('HTTP_CONFLICT', { message, remedy: 'Nothing is to be done; sign anew what is something new.' });
}

function tooFast(): CodaError {
  const message = `The hook has taken ${MOST_A_MINUTE} deliveries within a minute.`;
  return new CodaError('HTTP_TOO_FAST', { message, remedy: 'Send less often.' });
}

function invalid(message: string, remedy = '"coda hooks test" shows what a hook makes of a payload.'): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy });
}
