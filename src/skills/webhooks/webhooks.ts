import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { peopleMeant } from '../../people/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import type { Besides } from '../../storage/index.ts';
import * as store from './store.ts';
import { authenticate, type HookSecrets, invalid, madeOf, payloadOf, type Sent, take } from './take.ts';
import { fill, templateSchema } from './template.ts';

const newHook = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected lower-case letters, digits and -' }),
    person: z.string().min(1),
    kind: z.enum(['message', 'reminder', 'note', 'skill']).default('message'),
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

type Deps = Pick<SkillDeps, 'database' | 'world' | 'jobs' | 'artifacts'>;

export interface WebhookDeps extends Deps {
  /** Sealed storage of secrets, for one person each. */
  secrets: Pick<SkillSecrets, 'set' | 'remove' | 'valueOf'>;
  /** Bytes of one attachment, at most. */
  attachmentBytes: number;
}

/** Result of a trial with a payload. */
export interface Trial {
  kind: store.HookKind;
  /** The outcome: the words, or the line of a command. */
  makes: string;
  /** Names of the template that the payload does not have. */
  missing: string[];
}

/** The hooks: made and tried on the command line, used over HTTP. */
export class Webhooks {
  private readonly deps: WebhookDeps;
  private readonly secrets: HookSecrets;

  constructor(deps: WebhookDeps) {
    this.deps = deps;
    this.secrets = { of: ({ id, personId }) => deps.secrets.valueOf({ ...kept(id), personId }) };
  }

  /** Makes a hook; gives its secret, which is shown nowhere again, where it has one. Throws `INPUT_INVALID`. */
  async add(asked: unknown, besides?: Besides<string>): Promise<{ path: string; secret: string | null }> {
    const parsed = newHook.safeParse(asked);
    if (!parsed.success) throw invalid(`The hook is not right: ${z.prettifyError(parsed.error)}.`, HELP);
    const { name, person, kind, allow_unsigned: isUnsigned, template } = parsed.data;
    const form: store.HookForm = isUnsigned ? 'unsigned' : parsed.data.form;
    const { database, world, secrets } = this.deps;
    const path = `/hooks/${name}`;
    await database.tx('hooks.add', async (tx) => {
      const [personId, ...others] = await peopleMeant(tx, person);
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
    await secrets.set({ ...kept(name), person: personId }, secret);
    return { path, secret };
  }

  list(): Promise<store.ListedHook[]> {
    return store.list(this.deps.database);
  }

  /** False when there is none. */
  async remove(name: string, besides?: Besides<boolean>): Promise<boolean> {
    const hook = await store.find(this.deps.database, name);
    if (!hook) return false;
    await this.deps.secrets.remove({ ...kept(name), person: hook.personId });
    return this.deps.database.tx('hooks.remove', async (tx) => {
      const isGone = await store.remove(tx, name);
      besides?.(tx, isGone);
      return isGone;
    });
  }

  /** The hook's result for a payload; nothing happens. */
  async test(name: string, body: Uint8Array): Promise<Trial> {
    const hook = await this.find(name);
    const filled = fill(hook.template, payloadOf(body));
    const { text, planned } = madeOf(hook, filled);
    return { kind: hook.kind, makes: planned ?? text, missing: filled.missing };
  }

  /** Bytes of one attachment, at most. */
  get attachmentBytes(): number {
    return this.deps.attachmentBytes;
  }

  /** Takes what was sent, if it is its program's and new. Throws what HTTP answers. */
  async take(name: string, sent: Sent): Promise<{ delivery: string; missing: string[] }> {
    const hook = await this.find(name);
    await authenticate(this.deps, hook, sent, this.secrets);
    return take(this.deps, hook, sent);
  }

  /** The same for a file, its signature as it stood in the hook's header. */
  async handle(
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

/** Storage key of a hook's secret. */
const kept = (name: string) => ({ skill: `hook:${name}`, name: 'SECRET' });
