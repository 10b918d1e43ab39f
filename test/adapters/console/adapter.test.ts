import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { type ConsoleAdapter, consoleAdapter } from '../../../src/adapters/console/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { TestClock } from '../../../src/base/clock.ts';
import { CodaError } from '../../../src/base/errors.ts';
import { readLines } from '../../../src/base/lines.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AcceptedEvent, Content, Incoming, IncomingMessage, Part } from '../../../src/delivery/index.ts';
import { type Artifacts, openArtifacts } from '../../../src/storage/index.ts';
import { scriptedInbox } from '../../support/inbox.ts';

type Heard = (event: Incoming) => Promise<AcceptedEvent> | AcceptedEvent;
// biome-ignore lint/suspicious/noExplicitAny: lines of a protocol, looked at field by field
type OutputLine = any;

const accepted: AcceptedEvent = { outcome: 'accepted', settled: Promise.resolve() };

/** The console with an inbox that does what `hears` says. */
async function openConsole(hears: Heard = () => accepted, more: { moveClock?: (to: Date) => Promise<void> } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-console-'));
  const artifacts: Artifacts = await openArtifacts(dataDir);
  const adapter = consoleAdapter({
    log: silentLog(),
    clock: new TestClock(new Date('2026-11-20T09:00:00Z')),
    artifacts,
    dataDir,
    seat: '6f1c2d3e-0000-4000-8000-000000000001',
    about: { name: 'coda', version: '1.2.3', hint: 'plain English', commands: [] },
    ...more,
  });
  const events: Incoming[] = [];
  const reached: unknown[] = [];
  const stop = new AbortController();
  const inbox = scriptedInbox(async (event: Incoming) => {
    events.push(event);
    return hears(event);
  });
  await adapter.start(inbox, () => reached.push(true), stop.signal);
  return { adapter, dataDir, events, reached, stop, attach: () => attach(adapter) };
}

/** A program on a session. */
async function attach(adapter: ConsoleAdapter) {
  const input = new PassThrough();
  const output = new PassThrough();
  const ended = adapter.attach({ input, output });
  const lines = readLines(output, 10_000_000);
  const hear = async (): Promise<OutputLine> => {
    const { value, done } = await lines.next();
    return done || !('text' in value) ? undefined : JSON.parse(value.text);
  };
  const ready = await hear();
  return {
    ready,
    ended,
    output,
    hear,
    write: (bytes: string | Buffer) => void input.write(bytes),
    say: (line: object) => void input.write(`${JSON.stringify(line)}\n`),
    end: () => void input.end(),
    /** Everything up to and including the next `done`. */
    async untilDone(): Promise<OutputLine[]> {
      const heard = [];
      for (;;) {
        const line = await hear();
        heard.push(line);
        if (line === undefined || line.type === 'done') return heard;
      }
    },
  };
}

function part(text: string, more: Omit<Partial<Part>, 'content'> & { content?: Partial<Content> } = {}): Part {
  const place = { adapter: 'console', channel: 'main', space: 'terminal', kind: 'dm' } as const;
  return { key: text, place, ...more, content: { kind: 'answer', text, ...more.content } };
}

const signal = new AbortController().signal;

test('a session begins with what coda is', async () => {
  const { attach } = await openConsole();
  const { ready } = await attach();
  expect(ready).toEqual({ type: 'ready', name: 'coda', version: '1.2.3', hint: 'plain English', commands: [] });
});

test('nobody named is the owner, a named one a member unless their first line says otherwise', async () => {
  const { attach, events } = await openConsole();
  const program = await attach();
  for (const line of [{}, { user: 'ana' }, { user: 'bob', role: 'owner' }, { user: 'bob' }]) {
    program.say({ text: 'hi', ...line });
    await program.untilDone();
  }
  expect(events.map(({ sender }) => [sender.externalId, sender.role])).toEqual([
    ['owner', 'owner'],
    ['ana', 'member'],
    ['bob', 'owner'],
    ['bob', 'owner'],
  ]);
});

test('conversations are as named, main when none is, and shared where the name says so', async () => {
  const { attach, events } = await openConsole();
  const program = await attach();
  for (const conversation of [undefined, 'work', '#team']) {
    program.say({ text: 'hi', conversation });
    await program.untilDone();
  }
  expect(events.map(({ place }) => [place.channel, place.kind])).toEqual([
    ['main', 'dm'],
    ['work', 'dm'],
    ['#team', 'channel'],
  ]);
});

test('an input is done after its answer and after it has settled', async () => {
  const settled = deferred();
  const { attach, adapter } = await openConsole(() => ({ outcome: 'accepted', settled: settled.promise }));
  const program = await attach();
  program.say({ id: 'a', text: 'hi' });
  const buttons = [{ id: 'tok', label: 'Again', style: 'primary' as const }];
  await adapter.send(part('Hello.', { replyTo: 'a', content: { buttons } }), signal);
  settled.resolve();
  const [message, done] = await program.untilDone();
  expect(message).toEqual({
    type: 'message',
    id: expect.any(String),
    in_reply_to: 'a',
    conversation: 'main',
    text: 'Hello.',
    buttons: [{ id: 'tok', label: 'Again' }],
    files: [],
  });
  expect(done).toEqual({ type: 'done', in_reply_to: 'a', line: 1, outcome: 'accepted' });
});

test('an input without an id gets one, and numbers are taken for ids as well', async () => {
  const { attach, events } = await openConsole();
  const program = await attach();
  program.say({ text: 'hi' });
  program.say({ id: 7, text: 'hi' });
  const dones = [...(await program.untilDone()), ...(await program.untilDone())];
  expect(dones.map((done) => done.in_reply_to)).toEqual([events[0]?.id, '7']);
});

test('a reminder, a question, an edit and a withdrawal each have their type', async () => {
  const { attach, adapter } = await openConsole();
  const program = await attach();
  await adapter.send(part('oven', { content: { kind: 'reminder' } }), signal);
  await adapter.send(part('may I?', { content: { kind: 'approval' } }), signal);
  await adapter.send(part('no', { content: { kind: 'error' } }), signal);
  const outcome = await adapter.send(part('draft', { resend: true }), signal);
  if (outcome.kind !== 'sent') throw new Error(outcome.kind);
  await adapter.edit(outcome.receipt, part('final'), signal);
  await adapter.delete(outcome.receipt, part('').place, signal);
  adapter.showTyping?.(part('').place);
  const heard = [];
  for (let count = 0; count < 7; count++) heard.push(await program.hear());
  const { id } = outcome.receipt;
  expect(heard.map((line) => [line.type, line.text, line.id === id])).toEqual([
    ['reminder', 'oven', false],
    ['approval', 'may I?', false],
    ['error', 'no', false],
    ['message', '(again) draft', true],
    ['edit', 'final', true],
    ['delete', undefined, true],
    ['typing', undefined, false],
  ]);
});

test('what is said a second time has the id of the first', async () => {
  const { attach, adapter } = await openConsole();
  const program = await attach();
  const ids = [];
  for (const text of ['half of it', 'half of it', 'other']) {
    await adapter.send(part(text), signal);
    ids.push((await program.hear()).id);
  }
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('a button that would ask for words is not offered where only a press can be given', async () => {
  const { attach, adapter } = await openConsole();
  const program = await attach();
  const buttons = [
    { id: 'done', label: 'Done' },
    { id: 'later', label: 'Later…', asks: true as const },
  ];
  await adapter.send(part('oven', { content: { kind: 'reminder', buttons } }), signal);
  expect(await program.hear()).toMatchObject({ text: 'oven', buttons: [{ id: 'done', label: 'Done' }] });
});

test('what cannot be shown waits until somebody attaches', async () => {
  const { adapter, attach, reached } = await openConsole();
  expect(await adapter.send(part('hello?'), signal)).toMatchObject({ kind: 'retry', until: 'reachable' });
  expect(reached).toHaveLength(0);
  await attach();
  await expect.poll(() => reached.length).toBe(1);
});

test('two sessions hear the same, and one that leaves takes nothing from the other', async () => {
  const { adapter, attach } = await openConsole();
  const [one, two] = [await attach(), await attach()];
  await adapter.send(part('both'), signal);
  expect([(await one.hear()).text, (await two.hear()).text]).toEqual(['both', 'both']);
  one.output.destroy();
  await one.ended;
  expect(await adapter.send(part('one'), signal)).toMatchObject({ kind: 'sent' });
  expect((await two.hear()).text).toBe('one');
});

test('a reader that dawdles holds up nobody, and is given up when too much waits for it', async () => {
  const { adapter, attach } = await openConsole();
  const dawdler = await attach();
  const reader = await attach();
  const page = 'x'.repeat(1_000_000);
  for (let count = 0; count < 20; count++) {
    const sent = adapter.send(part(page), signal);
    expect((await reader.hear()).text).toBe(page);
    expect(await sent).toMatchObject({ kind: 'sent' });
  }
  await dawdler.ended;
  const sent = adapter.send(part('still here'), signal);
  expect((await reader.hear()).text).toBe('still here');
  expect(await sent).toMatchObject({ kind: 'sent' });
});

const BAD: [string, string | Buffer, string][] = [
  ['malformed JSON', '{"text":', 'Line 1 is not valid JSON.'],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'Line 1 is not valid UTF-8.'],
  ['a line over 1 MB', `{"text":"${'x'.repeat(1_000_000)}"}`, 'Line 1 is longer than 1000000 bytes.'],
  ['no object', '[1,2]', 'Line 1 was not understood'],
  ['nothing to do', '{"user":"ana"}', 'expected text, press, files or clock'],
  ['a wrong type', '{"text":5}', 'Line 1 was not understood: text:'],
  ['a press with a text', '{"press":"tok","text":"hi"}', 'not both'],
  ['a file without content', '{"files":[{"name":"a"}]}', 'expected either path or base64'],
  ['a clock that is none', '{"clock":"tomorrow"}', 'expected an ISO instant'],
];

test.each(BAD)('%s is an error for that line, and the next line works', async (_name, bytes, told) => {
  const { attach, events } = await openConsole();
  const program = await attach();
  program.write(bytes);
  program.write('\n');
  program.say({ id: 'next', text: 'hi' });
  const [error, done] = await program.untilDone();
  expect(error).toMatchObject({ type: 'error', code: 'INPUT_INVALID', line: 1 });
  expect(error.text).toContain(told);
  expect(done).toMatchObject({ type: 'done', in_reply_to: null, line: 1, outcome: 'invalid' });
  expect(await program.untilDone()).toEqual([{ type: 'done', in_reply_to: 'next', line: 2, outcome: 'accepted' }]);
  expect(events).toHaveLength(1);
});

test('what no database can hold does not come through', async () => {
  const { attach, events } = await openConsole();
  const program = await attach();
  program.write('{"text":"a\\u0000b\\ud800c"}\n');
  await program.untilDone();
  expect((events[0] as IncomingMessage).text).toBe('ab\ufffdc');
});

test('an inbox that fails is told, with its own code and remedy', async () => {
  const { attach } = await openConsole(() => {
    throw new CodaError('STORAGE_UNREACHABLE', { message: 'The database is away.', remedy: 'Start it.' });
  });
  const program = await attach();
  program.say({ id: 'a', text: 'hi' });
  const [error, done] = await program.untilDone();
  expect(error).toMatchObject({ code: 'STORAGE_UNREACHABLE', in_reply_to: 'a', remedy: 'Start it.' });
  expect(done).toMatchObject({ in_reply_to: 'a' });
});

test('files come by path and by content, and go out under their own names', async () => {
  const { adapter, attach, events, dataDir } = await openConsole();
  const program = await attach();
  const path = join(dataDir, 'list.txt');
  writeFileSync(path, 'milk');
  const files = [
    { name: 'list.txt', type: 'text/plain', path },
    { name: 'bread.txt', base64: Buffer.from('bread').toString('base64') },
  ];
  program.say({ text: 'see', files });
  await program.untilDone();
  const stored = (events[0] as IncomingMessage).files;
  expect(stored).toEqual([
    { name: 'list.txt', type: 'text/plain', size: 4, hash: sha256('milk') },
    { name: 'bread.txt', type: 'application/octet-stream', size: 5, hash: sha256('bread') },
  ]);
  await adapter.send(part('here', { content: { files: [{ ...stored[0]!, name: '../../etc/list.txt' }] } }), signal);
  const [file] = (await program.hear()).files;
  expect(file).toMatchObject({ type: 'text/plain', size: 4 });
  expect(file.path.startsWith(join(dataDir, 'files'))).toBe(true);
  expect(readFileSync(file.path, 'utf8')).toBe('milk');
});

test('a file that cannot be read is an error that names it', async () => {
  const { attach, events } = await openConsole();
  const program = await attach();
  program.say({ id: 'a', text: 'see', files: [{ name: 'gone.txt', path: '/nowhere/gone.txt' }] });
  const [error] = await program.untilDone();
  expect(error).toMatchObject({ code: 'INPUT_INVALID', in_reply_to: 'a' });
  expect(error.text).toContain('gone.txt');
  program.say({ id: 'b', text: 'see', files: [{ name: 'null', path: '/dev/zero' }] });
  expect((await program.untilDone())[0].text).toContain('is not a file');
  expect(events).toHaveLength(0);
});

test('a file of coda that is lost is refused, not sent without', async () => {
  const { adapter, attach } = await openConsole();
  await attach();
  const files = [{ name: 'a', type: 'text/plain', size: 1, hash: sha256('never stored') }];
  expect(await adapter.send(part('here', { content: { files } }), signal)).toMatchObject({ kind: 'refused' });
});

test('the clock moves after what was said before, and what it brings is there before the input is done', async () => {
  const order: string[] = [];
  const first = deferred();
  const hears: Heard = () => ({
    outcome: 'accepted',
    settled: first.promise.then(() => void order.push('settled')),
  });
  const moveClock = async (to: Date) => {
    order.push(to.toISOString());
    await adapter.send(part('due', { content: { kind: 'reminder' } }), signal);
  };
  const { adapter, attach } = await openConsole(hears, { moveClock });
  const program = await attach();
  program.say({ id: 'a', text: 'remind me' });
  program.say({ id: 'b', clock: '2026-11-20T10:00:00+01:00' });
  first.resolve();
  const heard = [...(await program.untilDone()), ...(await program.untilDone())];
  expect(heard.map((line) => line.in_reply_to ?? line.text)).toEqual(['a', 'due', 'b']);
  expect(order).toEqual(['settled', '2026-11-20T09:00:00.000Z']);
});

test('that an answer is worked on is said by itself, and with the answer where that comes at once', async () => {
  const { adapter } = await openConsole();
  const left: string[][] = [];
  let took = deferred();
  const output = new Writable({
    decodeStrings: false,
    writev(chunks, done) {
      left.push(chunks.map(({ chunk }) => JSON.parse(String(chunk)).type));
      took.resolve();
      done();
    },
  });
  void adapter.attach({ input: new PassThrough(), output });
  await took.promise;
  await new Promise((resolve) => setImmediate(resolve));
  const { place } = part('');
  adapter.showTyping?.(place);
  await adapter.send(part('Hello.'), signal);
  took = deferred();
  adapter.showTyping?.(place);
  await took.promise;
  expect(left).toEqual([['ready'], ['typing', 'message'], ['typing']]);
});

test('a line waits for those of its conversation and its user, and not for those of others', async () => {
  const first = deferred();
  const { attach, events } = await openConsole(async ({ id }) => {
    if (id === 'a') await first.promise;
    return accepted;
  });
  const program = await attach();
  program.say({ id: 'a', user: 'ana', conversation: 'kitchen', text: 'one' });
  program.say({ id: 'b', user: 'bob', conversation: 'kitchen', text: 'two' });
  program.say({ id: 'c', user: 'ana', conversation: 'garden', text: 'three' });
  program.say({ id: 'd', user: 'eve', conversation: 'cellar', text: 'four' });
  expect((await program.untilDone()).at(-1)).toMatchObject({ in_reply_to: 'd' });
  expect(events.map(({ id }) => id)).toEqual(['a', 'd']);
  // What says no word of its own, and what cannot be read, waits for all that came before.
  program.say({ id: 'e' });
  program.write('{\n');
  first.resolve();
  const heard: OutputLine[] = [];
  for (let line = 0; line < 5; line++) heard.push((await program.untilDone()).at(-1));
  expect(events.map(({ id }) => id).slice(0, 2)).toEqual(['a', 'd']);
  expect(events.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(heard.map(({ in_reply_to: of }) => of).slice(-2)).toEqual(['e', null]);
});

test('what was read before the input ended is taken and answered, also where it waits for its turn', async () => {
  const first = deferred();
  const { attach, events } = await openConsole(async ({ id }) => {
    if (id === 'a') await first.promise;
    return accepted;
  });
  const program = await attach();
  program.say({ id: 'a', text: 'one' });
  program.say({ id: 'b', text: 'two' });
  program.end();
  expect(await Promise.race([program.ended.then(() => 'ended'), new Promise((yes) => setImmediate(yes, 'open'))])).toBe(
    'open',
  );
  first.resolve();
  await program.ended;
  expect(events.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a real clock is not moved', async () => {
  const { attach } = await openConsole();
  const program = await attach();
  program.say({ id: 'a', clock: '2026-11-20T10:00:00Z' });
  const [error] = await program.untilDone();
  expect(error.text).toContain('cannot be moved');
  expect(error.remedy).toContain('--test-clock');
});

test('a press is answered where its card stands', async () => {
  const { adapter, attach, events } = await openConsole();
  const program = await attach();
  const place = { ...part('').place, channel: 'work' };
  await adapter.send(part('oven', { place, content: { buttons: [{ id: 'tok', label: 'Done' }] } }), signal);
  await program.hear();
  program.say({ id: 'p', press: 'tok' });
  await program.untilDone();
  expect(events[0]).toMatchObject({ kind: 'press', id: 'p', replyTo: 'p', button: 'tok', place: { channel: 'work' } });
});

test('when the input ends, the last answers still go out', async () => {
  const settled = deferred();
  const { adapter, attach } = await openConsole(() => ({ outcome: 'accepted', settled: settled.promise }));
  const program = await attach();
  program.write('{"id":"last","text":"no newline behind it"}');
  program.end();
  await expect.poll(() => adapter.send(part('bye'), signal)).toMatchObject({ kind: 'sent' });
  settled.resolve();
  await program.ended;
  expect((await program.untilDone()).map((line) => line.type)).toEqual(['message', 'done']);
  expect(await program.hear()).toBeUndefined();
});

test('closing ends every session, and nothing more is taken', async () => {
  const { adapter, attach, stop, events } = await openConsole();
  const program = await attach();
  stop.abort();
  program.say({ text: 'too late' });
  await adapter.close();
  await program.ended;
  expect(await program.hear()).toBeUndefined();
  expect(events).toHaveLength(0);
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
