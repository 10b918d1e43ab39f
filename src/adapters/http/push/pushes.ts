/** Notifications to people who have no page open, on the devices that they have named. */
import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import { CodaError, messageOf } from '../../../base/errors.ts';
import { uuid } from '../../../base/ids.ts';
import { parseJson } from '../../../base/json.ts';
import type { World } from '../../../base/world.ts';
import { isMessageUnread, takeUnpushed } from '../../../delivery/index.ts';
import { type Egress, isPublic } from '../../../egress/index.ts';
import type { Job, JobQueue } from '../../../jobs/index.ts';
import { type Database, readerOf, type Transaction } from '../../../storage/index.ts';
import { areKeys, authorization, encrypt, keysOf, newKeys, type ServerKeys } from './message.ts';
import * as store from './store.ts';
import { KINDS, texts } from './texts.ts';

export interface PushDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue'>;
  egress: Pick<Egress, 'check' | 'fetch'>;
  secrets: Documents;
  /** `http.url` */
  url: string | undefined;
  /** The assistant's name. */
  title: string;
}

interface Documents {
  document(of: { skill: string; name: string }): Promise<string | undefined>;
  changeDocument(
    of: { skill: string; name: string },
    next: (now: string | undefined) => string | undefined,
  ): Promise<void>;
}

const VAPID = { skill: 'push', name: 'VAPID' };
/** Seconds for which a service keeps a notification for a device that is off. */
const TTL_S = 86_400;
const SERVICE_MS = 15_000;
/** Milliseconds before each further try. */
const WAITS_MS = [60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000];
const TRIES = WAITS_MS.length + 1;
/** Notifications in a row that were refused after all tries. */
const MOST_REFUSALS = 3;
const GONE: readonly number[] = [404, 410];

const notification = z.object({
  personId: z.string(),
  device: z.string(),
  group: z.string(),
  kind: z.enum(['answer', 'reminder', 'approval', 'notice', 'error']),
});

export class Pushes {
  private readonly deps: PushDeps;
  private keys: Promise<ServerKeys> | undefined;

  constructor(deps: PushDeps) {
    this.deps = deps;
  }

  /** The address under which push services ask about this coda; they refuse one that is no address on the Internet. */
  get subject(): string | undefined {
    const { url } = this.deps;
    if (url === undefined || !URL.canParse(url)) return undefined;
    const { protocol, hostname, origin } = new URL(url);
    return protocol === 'https:' && isPublicName(hostname) ? origin : undefined;
  }

  /** The key that a browser subscribes with. Throws `HTTP_REFUSED` without an `http.url`, `SECRET_KEY`. */
  async publicKey(): Promise<string> {
    if (this.subject === undefined) throw refusalOf(texts.needsUrl, texts.needsUrlRemedy);
    return (await this.serverKeys()).publicKey;
  }

  /** Throws `HTTP_REFUSED`, and with an `EGRESS_…` code where the endpoint may not be reached. */
  async register(device: Omit<store.NewDevice, 'id'>): Promise<void> {
    if (this.subject === undefined) throw refusalOf(texts.needsUrl, texts.needsUrlRemedy);
    if (!areKeys(device)) throw refusalOf(texts.badKeys, texts.badKeysRemedy);
    const target = await this.deps.egress.check(device.endpoint);
    if (!target.ok) throw refusalOf(target.message, texts.badEndpointRemedy);
    // Unencrypted only in a network that the owner allows.
    if (target.url.protocol !== 'https:' && target.addresses.some(isPublic)) {
      throw refusalOf(texts.badEndpoint, texts.badEndpointRemedy);
    }
    const now = this.deps.world.clock.now();
    const put = (tx: Transaction) => store.putDevice(tx, { ...device, id: uuid(now) }, now);
    if (!(await this.deps.database.tx('push.register', put))) throw refusalOf(texts.anothers, texts.anothersRemedy);
  }

  remove(personId: string, endpoint: string): Promise<boolean> {
    return this.deps.database.tx('push.remove', (tx) => store.removeDevice(tx, personId, endpoint));
  }

  /** Has the devices of everybody told of what came while no process was there to tell them. Never rejects. */
  async callEverybody(): Promise<void> {
    try {
      for (const personId of await store.notifiedPeople(readerOf(this.deps.database))) await this.call(personId);
    } catch (error) {
      this.warn(error);
    }
  }

  /**
   * Tells the person's devices, once, of each message that waits to be read since they were registered. Never rejects: what is
   * missed is told with the next one.
   */
  async call(personId: string): Promise<void> {
    const { database, world, jobs } = this.deps;
    if (this.subject === undefined) return;
    try {
      const [first] = await store.devicesOf(readerOf(database), personId);
      if (!first) return;
      const now = world.clock.now();
      await database.tx('push.call', async (tx) => {
        const messages = await takeUnpushed(tx, personId, first.createdAt, now);
        const devices = messages.length === 0 ? [] : await store.devicesOf(tx, personId);
        for (const { group, kind } of messages) {
          for (const { id: device } of devices) {
            const payload = { personId, device, group, kind };
            await jobs.enqueue(tx, { kind: store.KIND, payload }, { at: now, maxAttempts: TRIES });
          }
        }
      });
    } catch (error) {
      this.warn(error);
    }
  }

  readonly waitMs = (attempt: number): number => WAITS_MS[attempt - 1] ?? 0;

  /** Sends one notification to one device. Rejects where it is worth another try. */
  async send({ payload, attempt }: Pick<Job, 'payload' | 'attempt'>, signal: AbortSignal): Promise<void> {
    const { database } = this.deps;
    const { device: id, group, kind } = notification.parse(payload);
    const db = readerOf(database);
    const device = await store.findDevice(db, id);
    if (!device || !(await isMessageUnread(db, group))) return;
    const answer = await this.post(device, group, KINDS[kind], signal);
    if (answer === undefined) return;
    if (!('status' in answer)) {
      if (attempt < TRIES) throw new CodaError(answer.code, { message: answer.message, remedy: texts.awayRemedy });
      return;
    }
    const { status } = answer;
    if (status >= 200 && status < 300) return store.noteSuccess(database, id);
    if (GONE.includes(status)) return store.forgetDevice(database, id);
    if (attempt < TRIES) {
      throw new CodaError('EGRESS_UNREACHABLE', { message: texts.away(status), remedy: texts.awayRemedy });
    }
    await store.noteRefusal(database, id, MOST_REFUSALS);
  }

  private async post(device: store.Device, group: string, body: string, signal: AbortSignal) {
    const { world, egress, title } = this.deps;
    const { subject } = this;
    if (subject === undefined) return undefined;
    // A notification that was sent twice replaces itself, at the service and on the device.
    const topic = createHash('sha256').update(group).digest('base64url').slice(0, 32);
    const answer = await egress.fetch(device.endpoint, {
      method: 'POST',
      headers: {
        authorization: await authorization(device.endpoint, await this.serverKeys(), subject, world.clock.now()),
        'content-type': 'application/octet-stream',
        'content-encoding': 'aes128gcm',
        ttl: String(TTL_S),
        urgency: 'high',
        topic,
      },
      body: encrypt(JSON.stringify({ title, body, tag: topic }), device),
      limits: { totalMs: SERVICE_MS, maxBytes: 10_000 },
      signal,
    });
    if (!answer.ok) return answer;
    answer.close();
    return { status: answer.status };
  }

  private serverKeys(): Promise<ServerKeys> {
    this.keys ??= this.readKeys().catch((error: unknown) => {
      this.keys = undefined;
      throw error;
    });
    return this.keys;
  }

  /** The one pair of all processes, made with the first need of it: with another, every device would have to be named anew. */
  private async readKeys(): Promise<ServerKeys> {
    const { secrets, world } = this.deps;
    let storedKeys = await secrets.document(VAPID);
    if (storedKeys === undefined) {
      const fresh = await newKeys();
      await secrets.changeDocument(VAPID, (now) => {
        storedKeys = now ?? fresh;
        return storedKeys;
      });
    }
    const jwk = parseJson(storedKeys ?? '') as JWK;
    world.secrets.add(jwk.d);
    return keysOf(jwk);
  }

  private warn(error: unknown): void {
    this.deps.world.log.warn({ error: messageOf(error) }, 'devices were not told that something is unread');
  }
}

/** A name that others can look up; services answer 403 to what cannot be one. */
function isPublicName(host: string): boolean {
  return /^(?!.*\.(?:local|localhost|internal|lan|home\.arpa)$)(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+$/i.test(host);
}

function refusalOf(message: string, remedy: string): CodaError {
  return new CodaError('HTTP_REFUSED', { message, remedy });
}
