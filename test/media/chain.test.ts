/** A real chain of Debian's: espeak-ng speaks, opusenc and ffmpeg pack, coda decodes, pocketsphinx hears, and what was said is done. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Hearing, Programs, speak } from '../../src/media/index.ts';
import { play } from '../support/play.ts';

const PROGRAMS = ['espeak-ng', 'opusenc', 'ffmpeg', 'pocketsphinx_continuous'];
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

/** Recorders, by the extension of what they make: Discord's, Safari's, and a clip of Slack. */
const RECORDERS: readonly (readonly [extension: string, command: readonly string[]])[] = [
  ['opus', ['opusenc', '--quiet']],
  ['m4a', ['-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4']],
  ['mp4', ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10:d=3', '-c:a', 'aac']],
];

function sayAloud(words: string, at: number): Buffer {
  const [extension = '', command = []] = RECORDERS[at % RECORDERS.length] ?? [];
  const [wav, made] = [join(folder, 'said.wav'), join(folder, `said.${extension}`)];
  execFileSync('espeak-ng', ['-v', 'en-us', '-s', '140', '-w', wav, words]);
  const [program = '', ...args] = command[0] === 'opusenc' ? command : ['ffmpeg', '-v', 'error', '-y', '-i'];
  execFileSync(program, [...args, wav, ...(program === 'ffmpeg' ? command : []), made]);
  return readFileSync(made);
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
  for (const [at, [said, thing]] of SENTENCES.entries()) {
    await coda.sends('ana', sayAloud(said, at), { name: 'voice.ogg', type: 'audio/ogg', text: '', voice: true });
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
