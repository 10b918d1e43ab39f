import { expect, test } from 'vitest';
import { migratedPostgres } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { freshDataDir, Jsonl } from '../../support/jsonl.ts';
import { LONG } from '../../support/long.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';

const CONVERSATIONS = LONG ? 50 : 12;
const MESSAGES = LONG ? 20 : 5;

const names = Array.from({ length: CONVERSATIONS }, (_, conversation) => `c${conversation}`);
const texts = (name: string) => Array.from({ length: MESSAGES }, (_, message) => `${name} message ${message}`);
const all = names
  .flatMap(texts)
  .map((text) => `Noted: “${text}”`)
  .sort();

/** The notes that a program was told of; the order of two answers is not promised between processes. */
const told = (program: Jsonl) => {
  const shown = program.shown().flatMap(({ conversation, text = '' }) => {
    const noted = /^Noted: “.*?”/.exec(text)?.[0];
    return noted === undefined ? [] : [{ conversation, noted }];
  });
  return shown.flatMap(({ conversation, noted }) => (noted.includes(`“${conversation} `) ? [noted] : [])).sort();
};

const says = (program: Jsonl) =>
  names.flatMap((name) => texts(name).map((text) => program.post({ conversation: name, text: `note: ${text}` })));

test.skipIf(!POSTGRES_URL)(
  'answers come out of the process where they were asked, also when another is killed',
  async () => {
    const server = await migratedPostgres();
    const begin = () => Jsonl.start({ dataDir: freshDataDir(), env: { DATABASE_URL: server.url } });
    try {
      await using asked = await begin();
      await using beside = await begin();
      await using killed = await begin();
      const ids = says(asked);
      // In the middle of the work, in which each of them takes part.
      await asked.done(ids[Math.floor(ids.length / 3)] as string);
      killed.child.kill('SIGKILL');
      await Promise.all(ids.map((id) => asked.done(id)));
      await eventually(() => told(asked).length >= all.length);
      expect({ here: told(asked), beside: told(beside), killed: told(killed) }).toEqual({
        here: all,
        beside: [],
        killed: [],
      });
      // Each is complete before its message is said to be done.
      const at = (which: (line: Jsonl['lines'][number]) => boolean) => asked.lines.findIndex(which);
      const late = ids.filter(
        (id) =>
          at((line) => line.type === 'message' && line.in_reply_to === id) >
          at((line) => line.type === 'done' && line.in_reply_to === id),
      );
      expect(late).toEqual([]);
    } finally {
      await server.drop();
    }
  },
);

test.skipIf(!POSTGRES_URL)(
  'what is said for a terminal that has gone waits for it, and else goes to who is there',
  async () => {
    const server = await migratedPostgres();
    const begin = (dataDir = freshDataDir()) => Jsonl.start({ dataDir, env: { DATABASE_URL: server.url } });
    try {
      await using first = await begin();
      await first.say('remind me in 3 seconds to look up', { conversation: 'desk' });
      await first.end();
      await using other = await begin();
      await other.next(({ text, type }) => type === 'reminder' && text?.includes('look up') === true);
      // Spoken in again, the conversation is the other one's.
      await other.say('remind me in 2 seconds to look down', { conversation: 'desk' });
      await using again = await begin(first.dataDir);
      await other.next(({ text, type }) => type === 'reminder' && text?.includes('look down') === true);
      expect(again.lines.filter(({ text }) => text?.includes('look down'))).toEqual([]);
    } finally {
      await server.drop();
    }
  },
);
