import { HttpServer, httpConfig, openHttpChat } from '../../../src/adapters/http/index.ts';
import { uuid } from '../../../src/base/ids.ts';
import type { Caller } from '../../../src/chat/index.ts';
import type { Place } from '../../../src/delivery/index.ts';
import type { Artifacts, Database } from '../../../src/storage/index.ts';
import { type ConnectedAdapter, chatAdapterContract } from '../../support/chat-adapter-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';
import { play } from '../../support/play.ts';
import { type Event, eventsOf } from './support.ts';

const who = { role: 'owner' } as const;
const caller: Caller = { id: 'token', name: 'ci', who, scopes: ['messages'], personId: undefined, account: undefined };

chatAdapterContract('HTTP', async () => {
  const coda = await play();
  const { clock, log } = coda.world;
  const artifacts = coda.artifacts();
  const chat = openHttpChat({ database: coda.database(), artifacts, clock, consents: () => false });
  const config = httpConfig.schema.parse({ listen: '127.0.0.1:0' });
  if (!config) throw new Error('the block is there');
  const server = new HttpServer({ config, log, clock });
  await server.open({ routes: chat.routes, authenticate: async () => caller, refuses: () => undefined });
  const { inbox, ...recorded } = recordingInbox();
  const { heard } = recorded;
  await chat.adapter.start(inbox, () => {});
  const url = `http://127.0.0.1:${server.address?.port}`;
  const headers = { Authorization: 'Bearer any', 'Content-Type': 'application/json' };
  const events: Event[] = [];
  const stop = new AbortController();
  const stream = await fetch(`${url}/v1/conversations/main/events`, { headers, signal: stop.signal });
  void (async () => {
    for await (const event of eventsOf(stream)) events.push(event);
  })().catch(() => {});
  const place = { adapter: 'http', channel: 'token/main', space: 'programs', kind: 'dm' } as const;
  let markers = 0;
  let keys = 0;
  let said: { text: string; key: string };
  let isAnswered = false;
  const post = (path: string, body: object, key: string) =>
    fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': key },
      body: JSON.stringify(body),
    });
  return {
    adapter: chat.adapter,
    place,
    recorded,
    async say(text) {
      // Nothing stands behind this inbox that could answer.
      said = { text, key: `key-${++keys}` };
      await post('messages', { text, wait: 0 }, said.key);
    },
    async press(label) {
      const before = heard.length;
      const id = await buttonOf(coda.database(), place, events, label);
      isAnswered = false;
      void post(`buttons/${id}`, { wait: 0 }, `key-${++keys}`).then(() => {
        isAnswered = true;
      });
      await eventually(() => heard.length > before);
    },
    redeliver: async () => void (await post('messages', { text: said.text, wait: 0 }, said.key)),
    amend: undefined,
    isAcknowledged: () => isAnswered,
    countMarks: undefined,
    artifacts,
    async send(text, files) {
      const sent = files.map(({ name, type, bytes, voice }) => ({
        ...{ name, content_type: type, data: bytes.toString('base64') },
        ...(voice && { voice }),
      }));
      const body = JSON.stringify({ text, files: sent, wait: 0 });
      await fetch(`${url}/v1/messages`, { method: 'POST', headers, body });
    },
    async shown() {
      const text = `marker ${++markers}`;
      await chat.adapter.send({ key: text, place, content: { kind: 'notice', text } });
      await eventually(() => events.some(({ data }) => data.text === text));
      return reader(events, artifacts);
    },
    async close() {
      stop.abort();
      await server.close();
      await coda[Symbol.asyncDispose]();
    },
  };
}, ['changes', 'looking back', 'links', 'marks']);

/** Id of a button that a program was shown; the routes ask the database in whose conversation it stands. */
async function buttonOf(database: Database, place: Place, events: readonly Event[], label: string): Promise<string> {
  const shown = () => events.flatMap(({ data }) => data.buttons ?? []).findLast((each) => each.label === label)?.id;
  const id = (await eventually(shown)) ?? '';
  const now = new Date();
  const conversation = uuid(now);
  await database.tx('contract.button', async (tx) => {
    await tx.query(
      `insert into spaces (id, adapter, name, created_at) values ($1, $1, $1, $2) on conflict (id) do nothing`,
      [place.adapter, now],
    );
    await tx.query(
      `insert into conversations (id, adapter, channel, space_id, kind, created_at) values ($1, $2, $3, $2, 'dm', $4)
       on conflict (adapter, channel) do nothing`,
      [conversation, place.adapter, place.channel, now],
    );
    await tx.query(
      `insert into buttons (id, card, label, action, conversation_id, created_at)
       select $1, 'card', $2, '{}', id, $3 from conversations where adapter = $4 and channel = $5`,
      [id, label, now, place.adapter, place.channel],
    );
  });
  return id;
}

/** What a page that follows the events shows in the end. */
function reader(events: readonly Event[], artifacts: Artifacts) {
  type Shown = Awaited<ReturnType<ConnectedAdapter['shown']>>[number];
  const shown = new Map<string, Shown>();
  // Who may open the address is shown by test/adapters/http/messages.test.ts.
  const read = async (url: string) => {
    const chunks: Buffer[] = [];
    const content = await artifacts.open(url.replace('/v1/artifacts/', ''));
    for await (const chunk of content) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  for (const { name, data } of events) {
    if (name === 'delete') shown.delete(data.id ?? '');
    else if (name === 'part' && !data.text?.startsWith('marker')) {
      const files = (data.files ?? []).map(({ name: file, url }) => ({ name: file, bytes: () => read(url) }));
      const buttons = (data.buttons ?? []).map(({ label }) => label);
      shown.set(data.id ?? '', { text: data.text ?? '', buttons, files });
    }
  }
  return [...shown.values()];
}
