import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import type { Json } from '../../../src/base/json.ts';
import type { Content, Part } from '../../../src/delivery/index.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';
import { openAdapter } from '../../support/slack/adapter.ts';
import { FakeSlack } from '../../support/slack/index.ts';

describe('files of a part', () => {
  let fake: FakeSlack;
  let slack: Awaited<ReturnType<typeof openAdapter>>;
  beforeAll(async () => {
    fake = await FakeSlack.start();
    slack = await openAdapter(fake, recordingInbox().inbox);
  });
  afterAll(() => slack.close());

  const content: Content = {
    ...{ kind: 'answer', text: '' },
    inline: ['a.txt', 'b.txt'].map((name) => ({ name, type: 'text/plain', text: `in ${name}` })),
  };
  const live = () => new AbortController().signal;

  /** A part in a conversation of its own, and how often its files are there. */
  function begin(name: string, kept: { progress?: Json } = {}, isMine = true) {
    const dm = fake.dm(fake.user(name));
    const part = (): Part => ({
      ...{ key: `key of ${name}`, content, ...kept },
      place: { adapter: 'slack', channel: dm.id, space: fake.team, kind: 'dm' },
      async keep(progress) {
        kept.progress = progress;
        return isMine;
      },
    });
    return { part, kept, shared: () => fake.said(dm).filter(({ files }) => files.length > 0) };
  }

  test('that upload slowly are shared once, by an attempt that still counts', async () => {
    const { part, kept, shared } = begin('Ana');
    const held = deferred();
    fake.files.hold = held.promise;
    const late = new AbortController();
    const first = slack.adapter.send(part(), late.signal);
    expect(await eventually(() => fake.files.all.size === 1)).toBe(true);
    late.abort();
    expect((await first).kind).not.toBe('sent');
    const second = slack.adapter.send(part(), live());
    fake.files.hold = undefined;
    held.resolve();
    expect((await second).kind).toBe('sent');
    expect(shared()).toHaveLength(1);
    expect(fake.files.all.size).toBe(2);
    expect(kept.progress).toEqual({ files: [...fake.files.all.keys()], all: true });
  });

  test('are not shared by a process that has lost the part, nor one by one', async () => {
    const { part, shared } = begin('Bob', {}, false);
    expect((await slack.adapter.send(part(), live())).kind).toBe('retry');
    expect(shared()).toEqual([]);
  });

  test('go on where an attempt ended, and begin anew where Slack has forgotten them', async () => {
    const carl = begin('Carl', { progress: { files: ['F404'], all: true } });
    expect((await slack.adapter.send(carl.part(), live())).kind).toBe('sent');
    expect(carl.shared()[0]?.files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt']);

    const dora = begin('Dora');
    const before = fake.files.all.size;
    fake.web.fault = ({ args }) => (args.filename === 'b.txt' ? 'lost' : undefined);
    expect((await slack.adapter.send(dora.part(), live())).kind).not.toBe('sent');
    fake.web.fault = () => undefined;
    expect(await slack.adapter.find(dora.part(), new Date(0), live())).toBeUndefined();
    expect((await slack.adapter.send(dora.part(), live())).kind).toBe('sent');
    expect(fake.files.all.size).toBe(before + 2);
    expect(dora.shared()[0]?.files).toHaveLength(2);
  });
});
