import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { runTerminal } from '../../../src/adapters/console/index.ts';
import { readLines } from '../../../src/base/lines.ts';
import { FakeTerminal } from '../../support/vt.ts';

const READY = {
  type: 'ready',
  name: 'coda',
  version: '1.2.3',
  hint: 'plain English',
  commands: [
    { name: 'reminders', summary: 'what is planned' },
    { name: 'help', summary: 'what there is' },
  ],
};

interface Said {
  id: string;
  text: string;
  press?: string;
}

/** A person at a terminal, and the test as coda behind the session. */
function sit({ columns = 60, rows = 12, env = { NO_COLOR: '1' } as Record<string, string> } = {}) {
  const [near, far] = duplexPair();
  const screen = new FakeTerminal(columns, rows);
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keyboard });
  const history = join(mkdtempSync(join(tmpdir(), 'coda-terminal-')), 'history');
  const ended = runTerminal({
    session: near,
    stdin: keyboard as unknown as NodeJS.ReadStream,
    stdout: screen as unknown as NodeJS.WriteStream,
    env,
    history,
  });
  const lines = readLines(far.iterator({ destroyOnReturn: false }), 1_000_000);
  const quiet = async () => {
    for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    screen,
    ended,
    history,
    far,
    async types(text: string) {
      keyboard.write(text);
      await quiet();
    },
    async hears(...events: object[]) {
      for (const event of events) far.write(`${JSON.stringify(event)}\n`);
      await quiet();
    },
    async said(): Promise<Said> {
      const { value } = await lines.next();
      return JSON.parse((value as { text: string }).text);
    },
  };
}

const part = (type: string, id: string, text: string, more: object = {}) => ({
  type,
  id,
  in_reply_to: null,
  conversation: 'main',
  text,
  buttons: [],
  files: [],
  ...more,
});

const BUTTONS = [
  { id: 'tok-done', label: 'Done' },
  { id: 'tok-snooze', label: 'Snooze 10 min' },
];

test('a greeting of two lines, then what one says and what is answered', async () => {
  const { screen, hears, types, said } = sit();
  await hears(READY);
  await types('hello\r');
  const { id, text } = await said();
  expect(text).toBe('hello');
  await hears(part('message', 'm1', 'Hi, **you**.', { in_reply_to: id }), { type: 'done', in_reply_to: id });
  expect(screen.text).toBe(
    [
      'coda 1.2.3 · plain English',
      'Type and press Enter; /help shows what there is, Ctrl-D',
      'leaves.',
      '',
      'you › hello',
      '● Hi, you.',
      '',
      'you ›',
    ].join('\n'),
  );
});

test('a reminder that arrives while one types leaves the typed line whole', async () => {
  const { screen, hears, types, said } = sit({ columns: 40 });
  await types('a line that is longer than the window is wide');
  await hears(part('reminder', 'r1', 'check the oven', { buttons: BUTTONS }));
  await types(' and goes on\r');
  expect((await said()).text).toBe('a line that is longer than the window is wide and goes on');
  expect(screen.text).toBe(
    [
      '🔔 check the oven',
      '   [1] Done  [2] Snooze 10 min',
      '',
      'you › a line that is longer than the win',
      'dow is wide and goes on',
      'you ›',
    ].join('\n'),
  );
});

test('a number presses the button of the newest card, and is a plain message when there is none', async () => {
  const { screen, hears, types, said } = sit();
  await types('2\r');
  expect(await said()).toMatchObject({ text: '2' });
  await hears(part('reminder', 'r1', 'oven', { buttons: BUTTONS }));
  await types('2\r');
  expect(await said()).toMatchObject({ press: 'tok-snooze' });
  expect(screen.text).toContain('→ Snooze 10 min');
  await types('2\r');
  expect(await said()).toMatchObject({ text: '2' });
});

test('a card whose buttons were taken away cannot be pressed', async () => {
  const { hears, types, said } = sit();
  await hears(part('reminder', 'r1', 'oven', { buttons: BUTTONS }), part('edit', 'r1', 'oven: done'));
  await types('1\r');
  expect(await said()).toMatchObject({ text: '1' });
});

test('a text with a sign of its own gets no second one', async () => {
  const { screen, hears } = sit();
  await hears(part('reminder', 'r1', '⏰ check the oven'));
  expect(screen.text).toBe('⏰ check the oven\n\nyou ›');
});

test('what an earlier answer offered is over with the next one, a reminder still waits', async () => {
  const { hears, types, said } = sit();
  await hears(part('reminder', 'r1', 'oven', { buttons: BUTTONS }));
  await hears(part('message', 'm1', 'Noted.', { buttons: [{ id: 'tok-undo', label: 'Undo' }] }));
  await hears(part('message', 'm2', 'How many?'));
  await types('1\r');
  expect(await said()).toMatchObject({ press: 'tok-done' });
});

test.each([4, 40, 400])('an answer of %i words grows in place, also with a reminder in its midst', async (count) => {
  const { screen, hears, types, said } = sit({ columns: 40, rows: 10 });
  await types('tell me\r');
  const { id } = await said();
  await types('typed meanwhile');
  const words = Array.from({ length: count }, (_, index) => `word${index}`);
  const upTo = (end: number) => words.slice(0, end).join(' ');
  await hears(part('message', 'm1', upTo(1), { in_reply_to: id }));
  for (let end = 2; end <= count; end += 2) {
    await hears(part('edit', 'm1', upTo(end), { in_reply_to: id }));
    if (end === Math.ceil(count / 4) * 2) await hears(part('reminder', 'r1', 'oven', { buttons: BUTTONS }));
  }
  await hears(part('edit', 'm1', upTo(count), { in_reply_to: id }), { type: 'done', in_reply_to: id });
  const shown = screen.text;
  expect(shown.match(/word\d+/g)).toEqual(words);
  expect(shown.match(/oven/g)).toHaveLength(1);
  expect(shown.endsWith('\n\nyou › typed meanwhile')).toBe(true);
});

test('what is taken back disappears', async () => {
  const { screen, hears, types, said } = sit();
  await types('tell me\r');
  const { id } = await said();
  await hears(part('message', 'm1', 'a draft', { in_reply_to: id }), {
    type: 'delete',
    id: 'm1',
    conversation: 'main',
  });
  expect(screen.text).toBe('you › tell me\nyou ›');
});

test('Ctrl-C clears the line, stops the running answer, and leaves at last', async () => {
  const { screen, types, said, ended } = sit();
  await types('never min');
  await types('\u0003');
  await types('go\r');
  expect((await said()).text).toBe('go');
  await types('\u0003');
  expect((await said()).text).toBe('/stop');
  expect(screen.text).toContain('Ctrl-C again');
  await types('\u0003');
  expect(await ended).toBe('left');
});

test('Ctrl-D leaves', async () => {
  const { types, ended } = sit();
  await types('\u0004');
  expect(await ended).toBe('left');
});

test.each(['/exit', '/quit', ' /Quit ', 'exit', 'Quit'])('%s leaves and is not said', async (typed) => {
  const { far, types, ended } = sit();
  await types(`${typed}\r`);
  expect(await ended).toBe('left');
  expect(far.read()).toBeNull();
});

test('/attach says the words with a file', async () => {
  const { types, said } = sit();
  await types('/attach "/tmp/my plan.pdf" what is in it?\r');
  expect(await said()).toMatchObject({
    text: 'what is in it?',
    files: [{ name: 'my plan.pdf', path: '/tmp/my plan.pdf' }],
  });
  await types('/attach plan.pdf\r');
  expect(await said()).toMatchObject({ text: '', files: [{ name: 'plan.pdf', path: 'plan.pdf' }] });
});

test('Tab completes commands', async () => {
  const { hears, types, said } = sit();
  await hears(READY);
  await types('/rem\t');
  await types('\r');
  expect((await said()).text.trim()).toBe('/reminders');
});

test('pasted lines are one message', async () => {
  const { types, said } = sit();
  await types('\u001b[200~one\rtwo\rthree\u001b[201~');
  await types('\r');
  expect((await said()).text).toBe('one\ntwo\nthree');
});

test('what was typed is kept for the next time, readable by its user alone', async () => {
  const { types, said, history } = sit();
  await types('first\r');
  await types(' not this one\r');
  await said();
  await said();
  expect(readFileSync(history, 'utf8')).toBe('first\n');
  expect(statSync(history).mode & 0o777).toBe(0o600);
});

test('a session that ends takes its prompt away', async () => {
  const { screen, far, ended, hears } = sit();
  await hears(part('message', 'm1', 'so long'));
  far.end();
  expect(await ended).toBe('ended');
  expect(screen.text).toBe('● so long');
});

/** A script whose lines come from stdin, and the test as coda behind the session. */
function pipe() {
  const [near, far] = duplexPair();
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const ended = runTerminal({
    session: near,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    env: {},
    history: join(tmpdir(), 'no-history'),
  });
  const lines = readLines(far.iterator({ destroyOnReturn: false }), 1_000_000);
  const heard = async () => JSON.parse(((await lines.next()).value as { text: string }).text) as Said;
  const says = (event: object) => void far.write(`${JSON.stringify(event)}\n`);
  return { stdin, stdout, far, ended, heard, says };
}

test('a script is answered line by line, and has ended with its last answer', async () => {
  const { stdin, stdout, far, ended, heard, says } = pipe();
  stdin.end('one\ntwo\n');
  for (const word of ['one', 'two']) {
    const { id, text } = await heard();
    expect(text).toBe(word);
    says({ ...part('message', `to-${word}`, `${word}!`), in_reply_to: id });
    says({ type: 'done', in_reply_to: id, line: 1, outcome: 'accepted' });
  }
  far.end();
  expect(await ended).toBe('left');
  expect(stdout.read().toString()).toBe('● one!\n\n● two!\n\n');
});

test.each([
  ['more lines wait', (stdin: PassThrough) => stdin.end('one\ntwo\n')],
  ['its last line has no answer', (stdin: PassThrough) => stdin.end('one\n')],
  ['nobody knows whether more lines come', (stdin: PassThrough) => stdin.write('one\n')],
])('a script whose coda stops is told so where %s', async (_, types) => {
  const { stdin, far, ended, heard } = pipe();
  types(stdin);
  await heard();
  far.end();
  expect(await ended).toBe('ended');
});

test.each([
  ['on a terminal there are colours', {}, true],
  ['NO_COLOR keeps them away', { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR does not', { NO_COLOR: '' }, true],
])('%s', async (_, env, coloured) => {
  const { screen, hears } = sit({ env });
  await hears(part('reminder', 'r1', 'check the **oven**'));
  expect(screen.text).toContain('oven');
  expect(screen.coloured).toBe(coloured);
});

test('an answer cannot send the terminal commands of its own', async () => {
  const { screen, hears } = sit();
  await hears(part('message', 'm1', 'red \u001b[31malert\u009b2J\u0007'));
  expect(screen.text).toBe('● red [31malert2J\n\nyou ›');
});
