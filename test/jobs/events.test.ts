import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../src/agent/index.ts';
import { checkSigned } from '../../src/base/signature.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

const SECRET = 'a-secret-that-is-long-enough';

interface Told {
  id: string;
  event: string;
  at: string;
  data: Record<string, unknown>;
}

/** A program that is told of events, and answers as the test says. */
async function listener() {
  const state = { status: 204, heard: [] as { told: Told; signature: string; body: Buffer }[] };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const signature = String(request.headers['coda-signature']);
    state.heard.push({ told: JSON.parse(body.toString()), signature, body });
    response.writeHead(state.status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ state, port },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const configFor = (port: number, events?: string[]) => ({
  'egress.i_understand_private': [{ network: '127.0.0.1/32', port }],
  'events.targets': {
    home: { url: `http://127.0.0.1:${port}/coda?key=hidden`, secret: SECRET, ...(events && { events }) },
  },
});

const names = (told: { told: Told }[]) => told.map((each) => each.told.event).sort();

/** A job that always fails. */
const failing: Skill = {
  name: 'failing',
  work: {
    jobs: () => [
      { kind: 'tidy', does: 'tidies the shelf', run: async () => Promise.reject(new Error('the shelf is full')) },
    ],
  },
};

function enqueueFailing(coda: Play) {
  const now = coda.world.clock.now();
  return coda
    .database()
    .tx('test', (tx) => coda.app.jobs.enqueue(tx, { kind: 'tidy', payload: null }, { at: now, maxAttempts: 1 }));
}

describe.each(testDatabases)('events on $name', ({ name, available }) => {
  test.skipIf(!available)('tell a program of what happens, once and signed', async () => {
    await using home = await listener();
    const model = new ScriptedModel(() => {
      throw new ModelError('refused', 'It declined.');
    });
    await using coda = await play({ engine: name, model, skills: [failing], config: configFor(home.port) });
    const ana = coda.person('ana');
    await ana.says('/remind in 10 minutes take the pills');
    await ana.says('what is the weather?');
    await enqueueFailing(coda);
    coda.platform.faults.push('refused');
    await coda.passes({ minutes: 11 });
    const { heard } = home.state;
    expect(names(heard)).toEqual(['dead_letter', 'job.dead', 'reminder.due', 'turn.failed']);
    const due = heard.find(({ told }) => told.event === 'reminder.due');
    expect(due?.told.data).toMatchObject({ text: 'take the pills', occurrence: '2026-11-20T08:10:00.000Z' });
    const [first] = heard;
    if (!first) throw new Error('nothing was heard');
    const now = { now: coda.world.clock.now(), toleranceMs: 3_600_000 };
    expect(checkSigned(first.signature, SECRET, first.body, now)).toBeUndefined();
    expect(checkSigned(first.signature, 'another-secret-of-some-length', first.body, now)).toBe('wrong');
    expect(new Set(heard.map(({ told }) => told.id)).size).toBe(4);
  });

  test.skipIf(!available)('go to who wants them, and to nobody else', async () => {
    await using home = await listener();
    const config = configFor(home.port, ['job.dead']);
    await using coda = await play({ engine: name, model: echo(), config });
    const ana = coda.person('ana');
    await ana.says('/remind in 10 minutes take the pills');
    await coda.passes({ minutes: 11 });
    expect(home.state.heard).toEqual([]);
    expect(await coda.count("jobs where kind = 'event'")).toBe(0);
  });

  test.skipIf(!available)(
    'that a program refuses for a day end as a dead letter that the owner is told of',
    async () => {
      await using home = await listener();
      home.state.status = 500;
      await using coda = await play({ engine: name, model: echo(), config: configFor(home.port) });
      const ana = coda.person('ana');
      await ana.says('/remind in 1 minute take the pills');
      const due = coda.world.clock.now().getTime() + 60_000;
      await coda.passes({ minutes: 1, hours: 2 });
      const tries = home.state.heard.length;
      // 1 s doubling to 1 h: twelve pauses take 68 minutes, then one an hour.
      expect(tries).toBe(13);
      expect(await coda.app.jobs.dead()).toMatchObject({ total: 0 });
      await coda.passes({ hours: 23 });
      expect(home.state.heard).toHaveLength(36);
      expect(new Set(home.state.heard.map(({ told }) => told.id)).size).toBe(1);
      const { jobs } = await coda.app.jobs.dead();
      expect(jobs).toMatchObject([{ kind: 'event', error: 'home has not taken the event: it answered 500' }]);
      const lasted = (jobs[0]?.finished_at.getTime() ?? 0) - due;
      expect(lasted / 3_600_000).toBeCloseTo(24.1, 1);
      expect(ana.heard('home has not taken the event')).toHaveLength(1);
      expect(JSON.stringify(jobs)).not.toContain('hidden');

      home.state.status = 200;
      expect(await coda.app.jobs.retry()).toBe(1);
      await coda.app.whenSettled();
      expect(home.state.heard).toHaveLength(37);
      expect(await coda.app.jobs.dead()).toMatchObject({ total: 0 });
    },
  );
});
