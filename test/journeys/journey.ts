import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/base/root.ts';
import { freshDataDir, type Input, Jsonl, type Line } from '../support/jsonl.ts';
import { ModelServer, type Scene } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';

/**
 * Conversations as people have them, in the files of `conversations/`. A step is one of
 *
 *     say: words            as: who (role: owner on their first line), in: where, files: { name: content }
 *     press: label          the newest button with this label that the conversation has shown
 *     clock: +20m           or +1h30m, +3d, or an ISO instant: the time that passes until what comes next
 *     line: raw text        a line as a program with a fault would write it
 *     skill: name           a skill appears or changes; `text` is its SKILL.md
 *     restart: in order     or killed; with `after: +3h` that long passes while coda is off. `killed` may come `during`
 *                           another step: as soon as its line is written, or `upon` words of coda's. What is said then is
 *                           said again after the start, as a program does that has read no `done`.
 *
 * and what must come: `expect` lists words that must be in what coda said since the step before, `not` words that must
 * not, `nothing: true` is silence. `/…/` is a regular expression. A button reads `[Done]`, an error begins with its code.
 * A journey may begin with `skills`, each a SKILL.md by its name, and with a `model`, which answers with these texts and
 * calls in order.
 * `once` lists words of reminders that all processes together have said once, but for copies marked as such.
 */
const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const expected = {
  expect: words.optional(),
  not: words.optional(),
  nothing: z.boolean().optional(),
  once: words.optional(),
};
const who = { as: z.string().optional(), in: z.string().optional() };
const say = z.strictObject({
  say: z.string(),
  role: z.enum(['owner', 'member']).optional(),
  files: z.record(z.string(), z.string()).optional(),
  ...who,
  ...expected,
});
const press = z.strictObject({ press: z.string(), ...who, ...expected });
const clock = z.strictObject({ clock: z.string(), in: z.string().optional(), ...expected });
const restart = z.strictObject({
  restart: z.enum(['in order', 'killed']),
  during: z.union([say, press, clock]).optional(),
  upon: z.string().optional(),
  after: z.string().optional(),
  ...expected,
});
const skill = z.strictObject({ skill: z.string(), text: z.string() });
const step = z.union([say, press, clock, restart, skill, z.strictObject({ line: z.string(), ...expected })]);
/** When and where a journey begins that does not say so. */
const USUAL = { at: '2026-11-20T08:00:00Z', zone: 'Europe/Berlin' };
const journey = z.strictObject({
  name: z.string(),
  at: z.string().default(USUAL.at),
  zone: z.string().default(USUAL.zone),
  skills: z.record(z.string(), z.string()).default({}),
  model: z
    .array(
      z.strictObject({
        text: z.string().optional(),
        calls: z.array(z.strictObject({ name: z.string(), input: z.unknown() })).optional(),
      }),
    )
    .optional(),
  steps: z.array(step),
});
export type Journey = z.output<typeof journey>;
export type Step = z.output<typeof step>;
type Restart = z.output<typeof restart>;
type Spoken = z.output<typeof say> | z.output<typeof press>;

/** All conversations, file by file, or the `first` so many of each file. Throws a `ZodError` for a step that is none. */
export function journeys(first = Number.POSITIVE_INFINITY): Journey[] {
  const folder = join(packageRoot(), 'test', 'journeys', 'conversations');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((name) =>
    z
      .array(journey)
      .parse(parse(readFileSync(join(folder, name), 'utf8')))
      .slice(0, first),
  );
}

/**
 * The data of a coda that was started once and heard nothing: a journey that begins there is spared half of its start.
 * What a first start does is looked at elsewhere.
 */
function begun(): Promise<string> {
  template ??= (async () => {
    const dataDir = freshDataDir();
    await (await Jsonl.start({ dataDir, args: ['--test-clock', USUAL.at] })).end();
    return dataDir;
  })();
  return template;
}

let template: Promise<string> | undefined;

/** What coda said to a step, and what it has said in all. */
export interface Heard {
  since: Line[];
  all: Line[];
}

/** Whether a journey can be played on a coda that others use as well: nothing in it is about the process or who else is there. */
function canShare({ at, zone, skills, model, steps }: Journey): boolean {
  const isUsual = at === USUAL.at && zone === USUAL.zone && Object.keys(skills).length === 0 && !model;
  const isOwn = (each: Step) => ['restart', 'skill', 'line', 'role', 'as', 'in'].some((field) => field in each);
  return isUsual && !steps.some(isOwn);
}

type Look = (step: Step, index: number, heard: Heard) => void;

/** Looks at what coda said to each step of a journey; throws where that is not what the step expects. */
export const lookAt =
  ({ name }: Journey): Look =>
  (step, index, heard) =>
    check(step, heard, `step ${index + 1} of “${name}”: ${JSON.stringify(step)}`);

/**
 * Plays journeys, side by side where they can share a coda: a process of its own for each costs more than all its steps.
 * `of` gives how one of them went; it rejects with what `look` has thrown.
 */
export class Theatre {
  private readonly journeys: readonly Journey[];
  private readonly look: (journey: Journey) => Look;
  private shared: Promise<Map<Journey, Promise<void>>> | undefined;

  constructor(journeys: readonly Journey[], look: (journey: Journey) => Look) {
    this.journeys = journeys;
    this.look = look;
  }

  async of(journey: Journey): Promise<void> {
    if (!canShare(journey)) return new Play(journey).each(this.look(journey));
    this.shared ??= this.playShared();
    await (await this.shared).get(journey);
  }

  private async playShared(): Promise<Map<Journey, Promise<void>>> {
    const guests = this.journeys.filter(canShare);
    const dataDir = freshDataDir();
    cpSync(await begun(), dataDir, { recursive: true });
    const coda = await Jsonl.start({ dataDir, args: ['--test-clock', USUAL.at], env: { TZ: USUAL.zone } });
    const stage = new Stage(coda, guests.length);
    const played = new Map(
      guests.map((journey, index) => [
        journey,
        stage.plays(new Play(journey, stage, `guest-${index}`), this.look(journey)),
      ]),
    );
    void Promise.allSettled(played.values()).then(() => coda[Symbol.asyncDispose]());
    return played;
  }
}

/** A coda that several journeys share. Its clock moves on to the earliest instant that one of them waits for. */
class Stage {
  readonly coda: Jsonl;
  /** Journeys that have something to do before the clock moves. */
  private busy: number;
  private waiting: { at: number; go: (moved: Promise<unknown>) => void }[] = [];

  constructor(coda: Jsonl, guests: number) {
    this.coda = coda;
    this.busy = guests;
  }

  async plays(play: Play, look: Look): Promise<void> {
    try {
      await play.each(look);
    } finally {
      this.rest();
    }
  }

  /** Resolves when the clock stands at `at` and what was due has been said. */
  moveTo(at: Date): Promise<unknown> {
    return new Promise((go) => {
      this.waiting.push({ at: at.getTime(), go });
      this.rest();
    });
  }

  private rest(): void {
    this.busy--;
    if (this.busy > 0 || this.waiting.length === 0) return;
    const next = Math.min(...this.waiting.map(({ at }) => at));
    const due = this.waiting.filter(({ at }) => at === next);
    this.waiting = this.waiting.filter(({ at }) => at > next);
    this.busy = due.length;
    const moved = this.coda.clock(new Date(next));
    for (const { go } of due) go(moved);
  }
}

/** One conversation on the real program, with as many processes as it needs, or as `name` on a stage with others. */
class Play {
  private readonly journey: Journey;
  private readonly stage: Stage | undefined;
  private readonly name: string;
  private readonly dataDir = freshDataDir();
  private readonly all: Line[] = [];
  private now: Date;
  private coda: Jsonl | undefined;
  private server: ModelServer | undefined;
  /** How many of the process's lines have been looked at. */
  private read = 0;
  private readonly posted = new Set<string>();

  constructor(journey: Journey, stage?: Stage, name = '') {
    this.journey = journey;
    this.stage = stage;
    this.name = name;
    this.now = new Date(journey.at);
  }

  /** Takes one step after the other; `look` is called after each. */
  async each(look: Look): Promise<void> {
    if (this.stage) this.coda = this.stage.coda;
    else await this.beginAlone();
    try {
      for (const [index, each] of this.journey.steps.entries()) {
        await this.take(each);
        const since = this.unread().filter((line) => !('in' in each) || line.conversation === each.in);
        look(each, index, { since, all: this.all });
      }
    } finally {
      if (!this.stage) await this.coda?.[Symbol.asyncDispose]();
      await this.server?.close();
    }
  }

  private async beginAlone(): Promise<void> {
    for (const [name, text] of Object.entries(this.journey.skills)) this.putSkill(name, text);
    cpSync(await begun(), this.dataDir, { recursive: true });
    await this.openModel();
    await this.begin();
  }

  /** The model that answers in this journey, with its configuration beside the data. */
  private async openModel(): Promise<void> {
    if (!this.journey.model) return;
    this.server = await ModelServer.start();
    this.server.play(...(this.journey.model as Scene[]));
    writeFileSync(this.configFile, JSON.stringify(modelConfig(this.server)));
  }

  private get home(): string {
    return dirname(this.dataDir);
  }

  private get configFile(): string {
    return join(this.home, 'config.yaml');
  }

  private putSkill(name: string, text: string): void {
    const folder = join(this.home, '.coda', 'skills', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'SKILL.md'), text);
  }

  private async begin(): Promise<void> {
    const args = ['--test-clock', this.now.toISOString(), ...(this.server ? ['--config', this.configFile] : [])];
    const env = { TZ: this.journey.zone, HOME: this.home };
    this.coda = await Jsonl.start({ dataDir: this.dataDir, args, env });
    this.read = 0;
  }

  private get running(): Jsonl {
    if (!this.coda) throw new Error('no coda runs');
    return this.coda;
  }

  private unread(): Line[] {
    const fresh = this.running.lines.slice(this.read);
    const lines = this.stage ? fresh.filter((line) => this.isMine(line)) : fresh;
    this.read = this.running.lines.length;
    this.all.push(...lines);
    return lines.filter(({ type }) => !['ready', 'typing', 'done'].includes(type));
  }

  /** Whether a line of a shared coda belongs to this journey. */
  private isMine({ conversation, in_reply_to: to }: Line): boolean {
    return conversation === this.name || (to !== undefined && to !== null && this.posted.has(to));
  }

  private async take(each: Step): Promise<void> {
    if ('clock' in each && this.stage) {
      this.now = later(this.now, each.clock);
      await this.stage.moveTo(this.now);
      return;
    }
    if ('restart' in each) return this.restart(each);
    if ('skill' in each) return this.putSkill(each.skill, each.text);
    if ('line' in each) {
      const from = this.running.lines.length;
      this.running.write(`${each.line}\n`);
      await this.running.next(({ type }) => type === 'done', from);
      return;
    }
    const id = this.running.post(this.input(each));
    this.posted.add(id);
    await this.running.done(id);
  }

  private input(each: Spoken | z.output<typeof clock>): Input {
    if ('clock' in each) {
      this.now = later(this.now, each.clock);
      return { clock: this.now.toISOString() };
    }
    const alone = { ...(each.as && { user: each.as }), ...(each.in && { conversation: each.in }) };
    const where = this.stage ? { user: this.name, conversation: this.name, role: 'owner' as const } : alone;
    if ('press' in each) return { press: this.button(each.press, each.in), ...where };
    const files = Object.entries(each.files ?? {}).map(([name, content]) => ({
      name,
      type: 'text/plain',
      base64: Buffer.from(content).toString('base64'),
    }));
    return { text: each.say, ...where, ...(each.role && { role: each.role }), ...(files.length > 0 && { files }) };
  }

  private async restart({ restart: how, during, upon, after }: Restart): Promise<void> {
    const input = during && { id: `during-${this.all.length}`, ...this.input(during) };
    if (input) this.running.post(input);
    if (upon) await this.running.next(({ text }) => text?.includes(upon) ?? false, this.read);
    if (how === 'in order') await this.running.end();
    else await this.running[Symbol.asyncDispose]();
    const before = this.unread();
    if (after) this.now = later(this.now, after);
    await this.begin();
    // A line that had no `done` is said again with its id; the time itself is the one that coda was started at.
    const answered = before.some(({ in_reply_to }) => in_reply_to !== null && in_reply_to === input?.id);
    const again = input && !input.clock && !answered ? input : { clock: this.now.toISOString() };
    await this.running.send(again);
  }

  /** The newest button with this label, in this conversation if one is named. */
  private button(label: string, conversation: string | undefined): string {
    const fresh = this.running.lines.slice(this.read);
    const shown = [...this.all, ...(this.stage ? fresh.filter((line) => this.isMine(line)) : fresh)];
    const buttons = shown
      .filter((line) => conversation === undefined || line.conversation === conversation)
      .flatMap((line) => line.buttons ?? []);
    const found = buttons.findLast((button) => button.label === label);
    if (!found) throw new Error(`no button “${label}” among ${buttons.map((button) => button.label).join(', ')}`);
    return found.id;
  }
}

/** `+20m`, `+3d`, `+1h30m`, or an ISO instant. */
function later(now: Date, to: string): Date {
  if (!to.startsWith('+')) return new Date(to);
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const steps = Array.from(to.matchAll(/(\d+)([smhd])/g));
  return new Date(
    now.getTime() + steps.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0),
  );
}

/** What was said as one reads it: a line's text with its buttons; of an error its code first. */
function shown(lines: readonly Line[]): string {
  return lines
    .map(({ code, text, remedy, buttons = [] }) =>
      [code, text, remedy, ...buttons.map((button) => `[${button.label}]`)].filter(Boolean).join(' '),
    )
    .join('\n');
}

function fits(said: string, wanted: string): boolean {
  const pattern = /^\/(.*)\/([a-z]*)$/s.exec(wanted);
  return pattern ? new RegExp(pattern[1] ?? '', pattern[2]).test(said) : said.includes(wanted);
}

function check(step: Step, heard: Heard, where: string): void {
  if ('skill' in step) return;
  const said = shown(heard.since);
  for (const wanted of step.expect ?? [])
    expect(fits(said, wanted), `${where}\nwanted: ${wanted}\nheard: ${said}`).toBe(true);
  for (const unwanted of step.not ?? [])
    expect(fits(said, unwanted), `${where}\nunwanted: ${unwanted}\nheard: ${said}`).toBe(false);
  if (step.nothing) expect(said, where).toBe('');
  for (const words of step.once ?? []) saidOnce(words, heard, where);
}

/** The terminal cannot be asked what it shows: after a kill a copy may come, which says that it is one. */
function saidOnce(words: string, { all }: Heard, where: string): void {
  const reminders = all.filter(({ type, text }) => type === 'reminder' && text?.includes(words));
  const copies = reminders.filter(({ text }) => text?.startsWith('(again)'));
  expect(reminders.length, `${where}\n${words} came`).toBeGreaterThan(0);
  expect(reminders.length - copies.length, `${where}\n${words} came unmarked`).toBeLessThanOrEqual(1);
}
