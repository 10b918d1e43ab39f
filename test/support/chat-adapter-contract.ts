import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatAdapter, Content, IncomingMessage, Part, Place } from '../../src/delivery/index.ts';
import type { Artifacts } from '../../src/storage/index.ts';
import { eventually } from './eventually.ts';
import type { RecordingInbox } from './inbox.ts';

export interface SentFile {
  name: string;
  type: string;
  bytes: Buffer;
  /** Spoken with the platform's own recorder. */
  voice?: true;
}

export interface ShownFile {
  name: string;
  bytes(): Promise<Buffer>;
}

/** Something that a platform does not have; the contract then checks what is owed in its place. */
export type Lacking = 'buttons' | 'files' | 'voice' | 'delete' | 'changes' | 'looking back' | 'links' | 'marks';

/** An adapter that has started, with its platform behind it. */
export interface ConnectedAdapter {
  adapter: ChatAdapter;
  /** A place where somebody is, and can be written to. */
  place: Place;
  /** What was handed over, in order; changes of authors; and an inbox that does not commit for a while. */
  recorded: Omit<RecordingInbox, 'inbox'>;
  /** Somebody says something there that is for coda. Resolves when it was handed over. */
  say(text: string): Promise<void>;
  /** The same with files; undefined where the platform takes none. */
  send?(text: string, files: readonly SentFile[]): Promise<void>;
  /** Somebody presses the button with this label under the newest message that has it, and it is handed over; undefined without buttons. */
  press?(label: string): Promise<void>;
  /** The platform hands the last message over once more; undefined where it never does. */
  redeliver: (() => Promise<void>) | undefined;
  /** The author changes the last message, or takes it back; undefined where nobody can. */
  amend: { edit(text: string): void; withdraw(): void } | undefined;
  /** True once the last press, or without buttons the last message, has been acknowledged. */
  isAcknowledged(): boolean;
  /** Number of marks under the last message; undefined where there are none. */
  countMarks: (() => number) | undefined;
  /** Where the adapter keeps files, and has those from that it sends. */
  artifacts: Artifacts;
  /** What the platform shows there now, oldest first: texts, labels of buttons that can be pressed, and files. */
  shown(): Promise<{ text: string; buttons: string[]; files?: readonly ShownFile[] }[]>;
  /** The next send reaches the platform, but its answer does not come back; undefined where that cannot happen. */
  loseNextAnswer?: (() => void) | undefined;
  /** The platform refuses the next edit for good, though the message is there; undefined where that cannot happen. */
  refuseNextEdit?: (() => void) | undefined;
  close(): Promise<void>;
}

/** What an adapter owes to delivery, whatever its platform. */
export function chatAdapterContract(
  name: string,
  connect: () => Promise<ConnectedAdapter>,
  lacks: readonly Lacking[] = [],
): void {
  // Left out, not skipped: what a platform lacks is no test that something was missing for.
  const testWith = (part: Lacking, title: string, play: () => Promise<void>) => {
    if (!lacks.includes(part)) test(title, play);
  };
  const testWithout = (part: Lacking, title: string, play: () => Promise<void>) => {
    if (lacks.includes(part)) test(title, play);
  };

  describe(`the ${name} adapter`, () => {
    let coda: ConnectedAdapter;
    let count = 0;
    const signal = () => AbortSignal.timeout(10_000);
    const part = (text: string, more: Partial<Part> & { content?: Content } = {}): Part => ({
      key: `contract:${++count}`,
      place: coda.place,
      content: { kind: 'answer', text },
      ...more,
    });
    const last = () => coda.recorded.heard.at(-1);
    const say = async (text: string) => {
      await coda.say(text);
      return lastOf(coda.recorded, text);
    };
    const texts = async () => (await coda.shown()).map(({ text }) => text);
    const put = async (one: Part) => {
      const outcome = await coda.adapter.send(one, signal());
      if (outcome.kind !== 'sent') throw new Error(JSON.stringify(outcome));
      return outcome.receipt;
    };

    beforeAll(async () => {
      coda = await connect();
    });
    afterAll(() => coda.close());

    test('hands over what is said, with who said it and where', async () => {
      const event = await say('hello there');
      expect(event).toMatchObject({ kind: 'message', text: 'hello there', place: coda.place, files: [] });
      expect(event.sender.externalId).not.toBe('');
      expect(event.sentAt).toBeInstanceOf(Date);
    });

    test('gives each message an id of its own', async () => {
      const first = await say('same words');
      expect((await say('same words')).id).not.toBe(first.id);
    });

    test('shows what is sent, and says where it is', async () => {
      const receipt = await put(part('something new'));
      expect(receipt.id).not.toBe('');
      expect((await texts()).at(-1)).toContain('something new');
    });

    test('gives a receipt that survives being stored as JSON', async () => {
      const receipt = await put(part('kept'));
      const stored = JSON.parse(JSON.stringify(receipt));
      if (!coda.adapter.guarantees.canEdit) return;
      const edited = await coda.adapter.edit(stored, part('kept and changed'), signal());
      expect(edited.kind).toBe('sent');
      expect((await texts()).at(-1)).toContain('kept and changed');
    });

    test('an edit may be repeated', async () => {
      if (!coda.adapter.guarantees.canEdit) return;
      const receipt = await put(part('draft'));
      for (let again = 0; again < 2; again++) await coda.adapter.edit(receipt, part('final'), signal());
      expect((await texts()).filter((text) => text.includes('final'))).toHaveLength(1);
    });

    test('an edit where nothing can be changed says nothing anew', async () => {
      if (coda.adapter.guarantees.canEdit) return;
      const receipt = await put(part('as it was'));
      expect((await coda.adapter.edit(receipt, part('as it is'), signal())).kind).toBe('frozen');
      expect((await texts()).at(-1)).toContain('as it was');
    });

    test('of an edit that is refused for good it says that the message stands', async () => {
      const { adapter, refuseNextEdit } = coda;
      if (!refuseNextEdit) return;
      const growing = part('first words');
      const receipt = await put(growing);
      refuseNextEdit();
      expect((await adapter.edit(receipt, { ...growing, content: part('').content }, signal())).kind).toBe('frozen');
      // What is left to say is another message, and is not taken for the first one.
      const rest = { ...growing, instead: receipt.id, content: part('and the last').content };
      const found = async () => adapter.find(rest, new Date(Date.now() - 1_000), signal());
      expect(await found()).toBeUndefined();
      const further = await put(rest);
      if (adapter.guarantees.deduplicatesForMs > 0) expect((await put(rest)).id).toBe(further.id);
      else expect((await found())?.id).toBe(further.id);
      expect((await texts()).slice(-2)).toEqual(['first words', 'and the last']);
    });

    testWith('delete', 'what is deleted is gone, and deleting it again does no harm', async () => {
      const receipt = await put(part('to be taken away'));
      for (let again = 0; again < 2; again++) {
        expect((await coda.adapter.delete(receipt, coda.place, signal())).kind).toBe('sent');
      }
      expect((await texts()).some((text) => text.includes('to be taken away'))).toBe(false);
    });

    testWithout('delete', 'what cannot be deleted is said to stand, and stands', async () => {
      const receipt = await put(part('not to be taken away'));
      expect((await coda.adapter.delete(receipt, coda.place, signal())).kind).toBe('frozen');
      expect((await texts()).at(-1)).toContain('not to be taken away');
    });

    testWith('buttons', 'shows buttons', async () => {
      const buttons = [
        { id: 'A'.repeat(22), label: 'Yes' },
        { id: 'B'.repeat(22), label: 'No', style: 'danger' as const },
      ];
      await put(part('really?', { content: { kind: 'approval', text: 'really?', buttons } }));
      expect((await coda.shown()).at(-1)?.buttons).toEqual(['Yes', 'No']);
    });

    testWithout(
      'buttons',
      'prints buttons numbered from 1, and hands over the number that chooses as it was typed',
      async () => {
        const buttons = ['Yes', 'No'].map((label) => ({ id: label.padEnd(22, 'A'), label }));
        await put(part('really?', { content: { kind: 'approval', text: 'really?', buttons } }));
        expect((await texts()).at(-1)).toMatch(/really\?\W+1\W+Yes\W+2\W+No/);
        expect(await say('2')).toMatchObject({ kind: 'message', text: '2', files: [] });
      },
    );

    const plan = { name: 'plan.txt', type: 'text/plain', bytes: Buffer.from('We meet at the old mill.') };
    const voice = { name: 'voice.ogg', type: 'audio/ogg', bytes: Buffer.from('OggS and so on'), voice: true as const };

    testWith('files', 'takes the files that come with a message, whole and by their names', async () => {
      await coda.send?.('look', [plan]);
      const event = last() as IncomingMessage;
      expect(event.text).toBe('look');
      expect(await filesOf(coda, event)).toEqual([{ name: 'plan.txt', content: 'We meet at the old mill.' }]);
    });

    testWith('voice', 'tells a voice message of its sender’s own from a file', async () => {
      await coda.send?.('', [voice]);
      const event = last() as IncomingMessage;
      expect([...event.files, ...(event.pending ?? [])].map((file) => file.voice)).toEqual([true]);
      expect((await filesOf(coda, event)).map(({ content }) => content)).toEqual(['OggS and so on']);
    });

    testWith('files', 'gives files, each whole and by its name', async () => {
      const contents = ['one', 'two'];
      const files = await Promise.all(
        contents.map(async (content) => ({
          name: `${content}.txt`,
          type: 'text/plain',
          ...(await coda.artifacts.put(Buffer.from(content))),
        })),
      );
      const content: Content = { kind: 'answer', text: 'here they are', files };
      for (const one of coda.adapter.split?.(content) ?? [content]) await put(part('', { content: one }));
      const shown = (await coda.shown()).slice(-2).flatMap((message) => message.files ?? []);
      const read = await Promise.all(shown.map(async ({ name, bytes }) => [name, (await bytes()).toString()]));
      expect(read.sort()).toEqual([
        ['one.txt', 'one'],
        ['two.txt', 'two'],
      ]);
      expect((await texts()).join()).toContain('here they are');
    });

    testWithout('files', 'names the files that it cannot give, beside what is said with them', async () => {
      const file = { name: 'plan.txt', type: 'text/plain', ...(await coda.artifacts.put(plan.bytes)) };
      const content: Content = { kind: 'answer', text: 'here it is', files: [file] };
      for (const one of coda.adapter.split?.(content) ?? [content]) await put(part('', { content: one }));
      expect((await texts()).at(-1)).toMatch(/here it is[\s\S]*plan\.txt/);
    });

    test('a file that is not stored any more is an outcome', async () => {
      const gone = { name: 'gone.txt', type: 'text/plain', size: 4, hash: 'f'.repeat(64) };
      const outcome = await coda.adapter.send(
        part('', { content: { kind: 'answer', text: 'x', files: [gone] } }),
        signal(),
      );
      expect(['sent', 'refused', 'retry']).toContain(outcome.kind);
    });

    test('cuts a long text into parts that it takes, and loses no word of it', async () => {
      const text = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
      const parts = coda.adapter.split?.({ kind: 'answer', text }) ?? [{ kind: 'answer' as const, text }];
      for (const content of parts) await put(part('', { content }));
      const all = (await texts()).join(' ');
      for (let index = 0; index < 400; index++) expect(all).toContain(`word${index}`);
    });

    test('cutting changes nothing that is short, and keeps the buttons under the last part', () => {
      const content: Content = { kind: 'answer', text: 'short', buttons: [{ id: 'C'.repeat(22), label: 'Undo' }] };
      expect(coda.adapter.split?.(content) ?? [content]).toEqual([content]);
    });

    test('an answer that was lost does not make a second message', async () => {
      const { adapter, loseNextAnswer } = coda;
      if (!loseNextAnswer || !adapter.guarantees.canFind) return;
      const since = new Date(Date.now() - 1_000);
      const lost = part('said once');
      loseNextAnswer();
      expect((await adapter.send(lost, signal())).kind).toBe('unknown');
      expect(await adapter.find(lost, since, signal())).toBeDefined();
      expect(await adapter.find(part('never said'), since, signal())).toBeUndefined();
      if (adapter.guarantees.deduplicatesForMs > 0) await put(lost);
      expect((await texts()).filter((text) => text.includes('said once'))).toHaveLength(1);
    });

    test('a card is not taken for another one with the same words', async () => {
      const { adapter } = coda;
      if (!adapter.guarantees.canFind) return;
      const since = new Date(Date.now() - 1_000);
      const card = (id: string) =>
        part('', {
          content: { kind: 'reminder', text: 'same words', buttons: [{ id: id.repeat(22), label: 'Done' }] },
        });
      const shown = card('D');
      await put(shown);
      expect(await adapter.find(card('E'), since, signal())).toBeUndefined();
      expect(await adapter.find(shown, since, signal())).toBeDefined();
    });

    testWith('buttons', 'a button that is pressed comes with its id, its place and who pressed it', async () => {
      const { sender } = await say('show me a button');
      const buttons = [{ id: 'F'.repeat(22), label: 'Seen' }];
      await put(part('look', { content: { kind: 'reminder', text: 'look', buttons } }));
      await coda.press?.('Seen');
      expect(last()).toMatchObject({
        kind: 'press',
        button: 'F'.repeat(22),
        place: coda.place,
        sender: { externalId: sender.externalId },
      });
    });

    test('what is heard is acknowledged when it is committed, and not before', async () => {
      const buttons = [{ id: 'G'.repeat(22), label: 'Later' }];
      await put(part('look', { content: { kind: 'reminder', text: 'look', buttons } }));
      const commit = coda.recorded.holdCommits();
      if (coda.press) await coda.press('Later');
      else await coda.say('later');
      expect(coda.isAcknowledged()).toBe(false);
      commit();
      await eventually(() => coda.isAcknowledged());
    });

    test('a message that is handed over twice is the same one', async () => {
      const first = await say('said once, heard twice');
      await coda.redeliver?.();
      const other = await say('something else');
      const copies = coda.recorded.heard.filter((event) => 'text' in event && event.text === first.text);
      expect([...new Set(copies.map(({ id }) => id))]).toEqual([first.id]);
      expect(other.id).not.toBe(first.id);
    });

    test('what the platform is said to lack is not there', () => {
      const { adapter, amend, countMarks } = coda;
      const has = { changes: amend, 'looking back': adapter.lastSaid, links: adapter.link, marks: adapter.react };
      for (const [part, found] of Object.entries(has))
        expect(found === undefined, part).toBe(lacks.includes(part as Lacking));
      expect(countMarks === undefined).toBe(adapter.react === undefined);
    });

    testWith('changes', 'its author changes a message, and takes it back', async () => {
      const { amend, recorded } = coda;
      if (!amend) return;
      const { id, place } = await say('first words');
      // An adapter may not know in which of several places it was said, and name each of them.
      const changes = () =>
        recorded.amended.flatMap((each) =>
          each.id === id && each.place.channel === place.channel ? [each.change] : [],
        );
      amend.edit('better words');
      await eventually(() => changes().length > 0);
      amend.withdraw();
      await eventually(() => changes().length > 1);
      expect(changes()).toEqual([{ text: 'better words' }, { withdrawn: true }]);
    });

    testWith(
      'looking back',
      'looks back at the last lines of a place, its own among them, or at those before a message',
      async () => {
        const { adapter, place } = coda;
        if (!adapter.lastSaid) return;
        await say('is it warm');
        await put(part('very warm'));
        const { id } = await say('thank you');
        const lines = async (before?: string) =>
          (await adapter.lastSaid?.(place, { before, count: 2 }, signal()))?.map(({ text, isOwn }) => [text, isOwn]);
        const [own, thanks] = [
          ['very warm', true],
          [expect.stringContaining('thank you'), false],
        ];
        expect(await lines()).toEqual([own, thanks]);
        expect(await lines(id)).toEqual([[expect.stringContaining('is it warm'), false], own]);
      },
    );

    testWith('links', 'links to a message, and to its place', async () => {
      const { adapter, place } = coda;
      if (!adapter.link) return;
      const { id } = await say('where is this');
      const [there, message] = [adapter.link(place), adapter.link(place, id)];
      for (const address of [there, message]) expect(new URL(address ?? '').protocol).toBe('https:');
      expect(message).not.toBe(there);
      expect(adapter.link(place, id)).toBe(message);
    });

    testWith('marks', 'marks a message as heard, and says where it cannot', async () => {
      const { adapter, place, countMarks } = coda;
      if (!adapter.react || !countMarks) return;
      const { id } = await say('no need to answer');
      await adapter.react(place, id);
      expect(countMarks()).toBe(1);
      await expect(adapter.react(place, '1')).rejects.toThrow();
    });

    test('answers with an outcome where a place does not exist', async () => {
      const nowhere = { ...coda.place, channel: '1', kind: 'channel' as const };
      const outcome = await coda.adapter.send(part('lost', { place: nowhere }), signal());
      expect(['sent', 'gone', 'retry', 'refused']).toContain(outcome.kind);
    });

    test('a hint that somebody is typing never fails', () => {
      coda.adapter.showTyping?.(coda.place);
      coda.adapter.showTyping?.({ ...coda.place, channel: '1' });
    });

    test('closes twice without harm, and what is sent then has an outcome', async () => {
      const own = await connect();
      const sending = own.adapter.send({ ...part('under way'), place: own.place }, signal());
      await own.adapter.close();
      await own.adapter.close();
      const outcomes = [await sending, await own.adapter.send({ ...part('too late'), place: own.place }, signal())];
      for (const { kind } of outcomes) expect(['sent', 'retry', 'unknown', 'gone']).toContain(kind);
      await own.close();
    });
  });
}

/** The last message with this text. */
function lastOf({ heard }: Pick<RecordingInbox, 'heard'>, text: string): IncomingMessage {
  return heard.findLast((event) => event.kind === 'message' && event.text === text) as IncomingMessage;
}

/** Does it, and waits until a message with this text has been heard once more. */
export async function untilHeard(
  recorded: Pick<RecordingInbox, 'heard'>,
  text: string,
  does: () => void,
): Promise<void> {
  const before = lastOf(recorded, text);
  does();
  await eventually(() => lastOf(recorded, text) !== before);
}

/** The files of an event as delivery would have them: stored already, or fetched from where the adapter says they are. */
async function filesOf({ adapter, artifacts }: ConnectedAdapter, event: IncomingMessage) {
  const { files, pending = [] } = event;
  const stored = files.map(async ({ name, hash }) => {
    const chunks: Buffer[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Buffer);
    return { name, content: Buffer.concat(chunks).toString() };
  });
  const found = pending.length > 0 ? await adapter.files?.locate(pending, event, AbortSignal.timeout(10_000)) : [];
  const fetched = (found ?? []).map(async (file) => {
    const answer = await fetch(file?.url ?? '', { headers: { ...file?.headers } });
    return { name: file?.name, content: await answer.text() };
  });
  return Promise.all([...stored, ...fetched]);
}
