import { readdirSync, readFileSync } from 'node:fs';
import { Play, type PlayedPerson } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';

/**
 * Dialogues as text: blocks between blank lines.
 *
 *   @ zone=Europe/London at=2026-11-20T09:00   what holds for all that follow in the file
 *   # a comment
 *   > words            what the person types, `\n` a line break
 *   + 10m              the clock moves
 *   ! label            presses the newest button with this beginning; `*` the first
 *   = text | MM-DD HH:mm | RULE    after what was done last: exactly these reminders are pending (`= none`)
 *   ~ text             exactly these notes are kept (`~ none`); `~~ n`: so many
 *   ? words            it asked, with these words
 *   " words            the answer holds them; `"! words`: it does not
 *   lines n            the answer has at most so many lines
 *
 * ` // ` separates what may stand there as well, `*` is anything; inside a text too: `call *mum*`.
 */
export interface Dialogue {
  place: string;
  zone: string;
  at: string;
  turns: { does: string; expects: string[] }[];
}

export function readDialogues(folder: URL): Dialogue[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => readFile(name, readFileSync(new URL(name, folder), 'utf8')));
}

function readFile(name: string, content: string): Dialogue[] {
  const dialogues: Dialogue[] = [];
  let [zone, at, open] = ['Europe/London', '2026-11-20T09:00', false];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.startsWith('@')) {
      zone = /zone=(\S+)/.exec(line)?.[1] ?? zone;
      at = /at=(\S+)/.exec(line)?.[1] ?? at;
    }
    if (line.trim() === '' || line.startsWith('@') || line.startsWith('#')) {
      open = false;
      continue;
    }
    if (!open) dialogues.push({ place: `${name}:${index + 1}`, zone, at, turns: [] });
    open = true;
    const turns = dialogues.at(-1)?.turns;
    if (/^[>+!]/.test(line)) turns?.push({ does: line, expects: [] });
    else turns?.at(-1)?.expects.push(line);
  }
  return dialogues;
}

/** What became of one dialogue. */
export interface Outcome {
  place: string;
  understood: boolean;
  /** Something was done that should not have been, or is gone that should be there. */
  harm: boolean;
  /** What was said and where it went wrong. */
  log: string;
}

interface Kept {
  reminders: string[];
  notes: string[];
}

/** One dialogue being played: it stops where the clock has to move, so that all share one clock. */
class Played {
  readonly dialogue: Dialogue;
  private readonly play: Play;
  private readonly person: PlayedPerson;
  private readonly name: string;
  private readonly log: string[] = [];
  private next = 0;
  private passedMs = 0;
  /** What was there when the last turn ended; what falls due when the clock moves may change it. */
  private before: Kept = { reminders: [], notes: [] };
  private isMoved = false;
  understood = true;
  harm = false;

  constructor(dialogue: Dialogue, play: Play, name: string) {
    this.dialogue = dialogue;
    this.play = play;
    this.name = name;
    this.person = play.person(name);
  }

  /** Plays on; the milliseconds since the beginning at which it goes on, or undefined at its end. */
  async go(): Promise<number | undefined> {
    for (let turn = this.dialogue.turns[this.next]; turn; turn = this.dialogue.turns[this.next]) {
      this.next++;
      if (turn.does.startsWith('+')) {
        const [, amount, unit] = /^\+ (\d+)([mhd])/.exec(turn.does) ?? [];
        this.passedMs += Number(amount) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd'];
        this.isMoved = true;
        return this.passedMs;
      }
      if (this.isMoved) this.before = await this.kept();
      this.isMoved = false;
      const answer = await this.does(turn.does);
      this.log.push(turn.does, ...answer.split('\n').map((line) => `      ${line}`));
      await this.check(turn.expects, answer);
    }
    return undefined;
  }

  outcome(): Outcome {
    const { place } = this.dialogue;
    return { place, understood: this.understood, harm: this.harm, log: this.log.join('\n') };
  }

  private async does(line: string): Promise<string> {
    const words = line.slice(2).replaceAll('\\n', '\n');
    const seen = () => this.person.seen().length;
    const from = seen();
    if (line.startsWith('>')) await this.person.says(words);
    else {
      const button = this.person
        .seen()
        .flatMap(({ buttons }) => buttons)
        .findLast(({ label }) => words === '*' || label.startsWith(words));
      if (!button) return `(there is no button ${words})`;
      await this.person.presses(button.label);
    }
    return this.person
      .seen()
      .slice(from)
      .map(({ text, buttons }) => [text, ...buttons.map(({ label }) => `[${label}]`)].join('\n'))
      .join('\n');
  }

  private async check(expects: readonly string[], answer: string): Promise<void> {
    const rows = (sign: string) => expects.filter((one) => one.startsWith(`${sign} `)).map((one) => one.slice(2));
    const { before } = this;
    const after = await this.kept();
    this.before = after;
    for (const [sign, kind] of [
      ['=', 'reminders'],
      ['~', 'notes'],
    ] as const) {
      const isFree = rows(sign).some((one) => one.startsWith('none // '));
      if (isFree && after[kind].length === 0) continue;
      const wanted = rows(sign)
        .filter((one) => one !== 'none')
        .map((one) => one.replace(/^none \/\/ /, ''));
      if (rows(sign).length === 0) continue;
      const [missing, extra] = unmatched(wanted, after[kind]);
      if (missing.length + extra.length === 0) continue;
      this.fail(`${kind} are ${JSON.stringify(after[kind])}`);
      const told = /\?|did not understand|found no|There is no/.test(answer);
      const made = extra.some((one) => !before[kind].includes(one));
      const isIn = (one: string, rows: readonly string[]) =>
        unmatched([one.split(' | ')[0] ?? ''], rows)[0].length === 0;
      // Gone, or gone with its text though only its time was to change.
      const lost = missing.some(
        (one) => unmatched([one], before[kind])[0].length === 0 || (isIn(one, before[kind]) && !isIn(one, after[kind])),
      );
      const glued =
        !told && missing.length > 0 && missing.length < wanted.length && before[kind].join() !== after[kind].join();
      if (made || lost || glued) this.harm = true;
    }
    for (const expected of expects) {
      const words = expected.slice(expected.startsWith('"!') ? 3 : 2);
      const some = words.split(' // ').some((one) => isLike(`*${one.trim().toLowerCase()}*`, answer.toLowerCase()));
      if (expected.startsWith('?') && !(some && /\?|\[/.test(answer))) this.fail(expected);
      if (expected.startsWith('"!') ? some : expected.startsWith('"') && !some) this.fail(expected);
      if (expected.startsWith('~~') && after.notes.length !== Number(words)) this.fail(expected);
      if (expected.startsWith('lines') && answer.split('\n').length > Number(expected.slice(6))) this.fail(expected);
    }
  }

  private fail(why: string): void {
    this.understood = false;
    this.log.push(`   ✗  ${why}`);
  }

  private async kept(): Promise<Kept> {
    const database = this.play.database();
    const mine = `person_id = (select person_id from identities where external_id = $1)`;
    const { rows } = await database.read<{ kind: string; text: string; at: Date | null; rule: string | null }>(
      `select 'r' as kind, text, next_at as at, rule from reminders where ${mine} and state = 'pending'
       union all select 'n', text, null, null from notes where ${mine} and deleted_at is null`,
      [this.name],
    );
    return {
      reminders: rows.flatMap((row) =>
        row.kind === 'r' ? [`${row.text} | ${localTime(row.at, this.dialogue.zone)} | ${row.rule ?? ''}`] : [],
      ),
      notes: rows.flatMap((row) => (row.kind === 'n' ? [row.text] : [])),
    };
  }
}

/** What is costly to make and asked for thousands of times, made once. */
function remembered<Made>(make: (of: string) => Made): (of: string) => Made {
  const made = new Map<string, Made>();
  return (of) => {
    const there = made.get(of) ?? make(of);
    made.set(of, there);
    return there;
  };
}

const formatIn = remembered(
  (zone) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }),
);

function localTime(at: Date | null, zone: string): string {
  return at ? formatIn(zone).format(at).slice(5, 16) : '';
}

/** What of `wanted` is not there, and what is there besides. */
function unmatched(wanted: readonly string[], there: readonly string[]): [string[], string[]] {
  const left = [...there];
  const missing = wanted.filter((one) => {
    const at = left.findIndex((each) => fits(one, each));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [missing, left];
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[’']/g, "'")
    .replaceAll('\\n', ' ')
    .replace(/[\s.!,]+/g, ' ')
    .trim();

function fits(wanted: string, there: string): boolean {
  const [text = '', at = '', rule = ''] = wanted.split(' | ');
  const [itsText = '', itsAt = '', itsRule = ''] = there.split(' | ');
  const one = (allowed: string, is: (each: string) => boolean) =>
    allowed === '' || allowed.split(' // ').some((each) => each.trim() === '*' || is(each.trim()));
  return (
    one(text, (each) => isLike(plain(each), plain(itsText))) &&
    one(at, (each) =>
      each.startsWith('* ')
        ? itsAt.endsWith(each.slice(2))
        : each.endsWith(' *')
          ? itsAt.startsWith(each.slice(0, -2))
          : each === itsAt,
    ) &&
    (rule === '' ? at === '' || itsRule === '' : rule.split(' // ').some((each) => isLike(`*${each.trim()}*`, itsRule)))
  );
}

const like = remembered((pattern) => {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$+?.()|[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
});

/** Whether `text` is what `pattern` says, in which `*` stands for any characters. */
const isLike = (pattern: string, text: string): boolean => like(pattern).test(text);

/** Plays all, each by a person of its own; those of one zone and hour share a coda and its clock. */
export async function playAll(dialogues: readonly Dialogue[]): Promise<Outcome[]> {
  const clocks = [...new Set(dialogues.map(({ zone, at }) => `${zone} ${at}`))];
  const outcomes: Outcome[] = [];
  for (const clock of clocks) {
    outcomes.push(...(await playGroup(dialogues.filter(({ zone, at }) => `${zone} ${at}` === clock))));
  }
  return outcomes;
}

async function playGroup(group: readonly Dialogue[]): Promise<Outcome[]> {
  const [{ zone, at }] = group as [Dialogue];
  const begin = instantAt(at, zone);
  await using play = await Play.begin({ at: begin.toISOString(), zone, engine });
  const played = group.map((dialogue, index) => new Played(dialogue, play, `p${index}`));
  // Those who need no further hour speak side by side; the database is what they wait for.
  for (let open = await goOn(played); open.length > 0; ) {
    const next = Math.min(...open.map(({ at }) => at));
    await play.moveTo(new Date(begin.getTime() + next));
    const due = open.filter(({ at }) => at === next).map(({ one }) => one);
    open = [...open.filter(({ at }) => at > next), ...(await goOn(due))];
  }
  return played.map((one) => one.outcome());
}

/** More side by side would make a transaction wait longer than a call may take. */
const AT_ONCE = 6;

/** Those of `played` that go on at a later hour. */
async function goOn(played: readonly Played[]): Promise<{ one: Played; at: number }[]> {
  const waiting = [...played];
  const later: { one: Played; at: number }[] = [];
  const speak = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const at = await one.go();
      if (at !== undefined) later.push({ one, at });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, speak));
  return later;
}

/** What is measured is the understanding: the engine that takes a third of the time, where it is there. */
const engine = POSTGRES_URL ? 'PostgreSQL' : 'PGlite';

/** The instant at which clocks in `zone` show `local`. */
function instantAt(local: string, zone: string): Date {
  const guess = new Date(`${local}:00Z`);
  const shown = new Date(`${guess.toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')}Z`);
  return new Date(guess.getTime() * 2 - shown.getTime());
}
