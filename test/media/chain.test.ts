/** A real chain of Debian's: espeak-ng speaks, opusenc packs, coda decodes, pocketsphinx hears, and what was said is done. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Hearing, Programs, speak } from '../../src/media/index.ts';
import { play } from '../support/play.ts';

const PROGRAMS = ['espeak-ng', 'opusenc', 'pocketsphinx_continuous'];
const isThere = (program: string): boolean => {
  try {
    return execFileSync('which', [program]).length > 0;
  } catch {
    return false;
  }
};

const SENTENCES: readonly (readonly [said: string, thing: string])[] = [
  ['remind me to call mother tomorrow at nine', 'call mother'],
  ['remind me to buy milk on monday', 'buy milk'],
  ['remind me to water the plants every day at seven', 'water the plants'],
  ['remind me to pay the rent next week', 'pay the rent'],
  ['remind me to feed the cat in ten minutes', 'feed the cat'],
  ['remind me to take out the garbage tonight at eight', 'take out the garbage'],
  ['remind me to book a table on friday at noon', 'book a table'],
  ['remind me every monday to clean the kitchen', 'clean the kitchen'],
  ['remind me in two hours to write a letter', 'write a letter'],
  ['remind me to wash the car tomorrow', 'wash the car'],
];

/** The recognizer's own language model is of 2001; with what may be said it is right. */
const GRAMMAR = `#JSGF V1.0;
grammar reminders;
public <reminder> = remind me <when> to <task> | remind me to <task> <when>;
<task> = ${SENTENCES.map(([, thing]) => thing).join(' | ')};
<when> = tomorrow [at nine] | tonight at eight | on monday | on friday at noon | in ten minutes | every day at seven | every monday | next week | in two hours;
`;

const folder = mkdtempSync(join(tmpdir(), 'coda-chain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sayAloud(words: string): Buffer {
  const [wav, opus] = [join(folder, 'said.wav'), join(folder, 'said.opus')];
  execFileSync('espeak-ng', ['-v', 'en-us', '-s', '140', '-w', wav, words]);
  execFileSync('opusenc', ['--quiet', wav, opus]);
  return readFileSync(opus);
}

test.skipIf(!PROGRAMS.every(isThere))('of ten spoken reminders at least nine are set as they were said', async () => {
  const grammar = join(folder, 'reminders.gram');
  writeFileSync(grammar, GRAMMAR);
  const command = ['pocketsphinx_continuous', '-infile', '{wav}', '-jsgf', grammar, '-logfn', '/dev/null'];
  const { PATH = '' } = process.env;
  await using coda = await play({
    env: { PATH },
    config: { 'speech.transcribe.kind': 'command', 'speech.transcribe.command': command },
  });
  const ana = coda.person('ana');
  const missed: string[] = [];
  for (const [said, thing] of SENTENCES) {
    await coda.sends('ana', sayAloud(said), { name: 'voice.ogg', type: 'audio/ogg', text: '', voice: true });
    const isHeard = ana.heard(`Heard: “${said}”`).length === 1;
    if (!isHeard || !(await ana.says('/reminders')).includes(thing)) missed.push(said);
  }
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(1);
});

test.skipIf(!['espeak-ng', 'opusenc'].every(isThere))('what espeak-ng speaks is a voice message', async () => {
  const hearing = new Hearing(silentLog());
  onTestFinished(() => hearing.close());
  const settings = { kind: 'command' as const, path: '/', command: ['espeak-ng', '--stdout'], timeout: 20_000 };
  const { PATH = '' } = process.env;
  const parts = { hearing, programs: new Programs({ PATH }), by: 'ana' };
  const spoken = await speak('The boiler is fine.', settings, parts, new AbortController().signal);
  expect(spoken).toMatchObject({ ok: true, extension: 'ogg', voice: { seconds: expect.closeTo(1.5, 0) } });
});
