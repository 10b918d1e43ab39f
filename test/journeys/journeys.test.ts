import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/base/root.ts';
import { freshDataDir, Jsonl, type Line } from '../support/jsonl.ts';

/**
 * Conversations as people have them, each in a file of `conversations/`, played on the real program. Words that are
 * expected must be in what came; `/…/` is a regular expression; `not` lists what must not come.
 */
const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const expected = { expect: words.optional(), not: words.optional(), nothing: z.boolean().optional() };
const step = z.union([
  z.strictObject({ say: z.string(), as: z.string().optional(), in: z.string().optional(), ...expected }),
  z.strictObject({ press: z.string(), as: z.string().optional(), in: z.string().optional(), ...expected }),
  z.strictObject({ clock: z.string(), in: z.string().optional(), ...expected }),
  z.strictObject({ restart: z.enum(['in order', 'killed']) }),
]);
const journey = z.strictObject({
  name: z.string(),
  at: z.string().default('2026-11-20T08:00:00Z'),
  zone: z.string().default('Europe/Berlin'),
  steps: z.array(step),
});
type Journey = z.output<typeof journey>;
type Step = z.output<typeof step>;

const folder = join(packageRoot(), 'test', 'journeys', 'conversations');

/** Plays one conversation, with as many processes as it needs. */
class Journeying {
  private readonly journey: Journey;
  private readonly dataDir = freshDataDir();
  private now: Date;
  private coda: Jsonl | undefined;

  constructor(journey: Journey) {
    this.journey = journey;
    this.now = new Date(journey.at);
  }

  async play(): Promise<void> {
    await this.begin();
    try {
      for (const [index, each] of this.journey.steps.entries()) {
        const heard = await this.take(each);
        if (heard) check(each, heard, `step ${index + 1} of “${this.journey.name}”: ${JSON.stringify(each)}`);
      }
    } finally {
      await this.coda?.[Symbol.asyncDispose]();
    }
  }

  private async begin(): Promise<void> {
    const args = ['--test-clock', this.now.toISOString()];
    this.coda = await Jsonl.start({ dataDir: this.dataDir, args, env: { TZ: this.journey.zone } });
  }

  private async take(each: Step): Promise<Line[] | undefined> {
    const coda = this.coda as Jsonl;
    if ('restart' in each) {
      if (each.restart === 'in order') await coda.end();
      else await coda[Symbol.asyncDispose]();
      await this.begin();
      return undefined;
    }
    if ('clock' in each) {
      this.now = later(this.now, each.clock);
      return only(each.in, await coda.clock(this.now));
    }
    const where = { ...(each.as && { user: each.as }), ...(each.in && { conversation: each.in }) };
    if ('say' in each) return coda.send({ text: each.say, ...where });
    return coda.send({ press: this.button(each.press, each.in), ...where });
  }

  /** The newest button with this label, in this conversation if one is named. */
  private button(label: string, conversation: string | undefined): string {
    const buttons = only(conversation, this.coda?.lines ?? []).flatMap((line) => line.buttons ?? []);
    const found = buttons.findLast((button) => button.label === label);
    if (!found) throw new Error(`no button “${label}” among ${buttons.map((button) => button.label).join(', ')}`);
    return found.id;
  }
}

function only(conversation: string | undefined, lines: Line[]): Line[] {
  return conversation === undefined ? lines : lines.filter((line) => line.conversation === conversation);
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

function check(each: Step, heard: Line[], where: string): void {
  if ('restart' in each) return;
  const said = heard
    .filter((line) => line.type !== 'typing')
    .map((line) => [line.text, ...(line.buttons ?? []).map((button) => `[${button.label}]`)].join(' '))
    .join('\n');
  for (const wanted of each.expect ?? [])
    expect(fits(said, wanted), `${where}\nwanted: ${wanted}\nheard: ${said}`).toBe(true);
  for (const unwanted of each.not ?? [])
    expect(fits(said, unwanted), `${where}\nunwanted: ${unwanted}\nheard: ${said}`).toBe(false);
  if (each.nothing) expect(said, where).toBe('');
}

function fits(said: string, wanted: string): boolean {
  const pattern = /^\/(.*)\/([a-z]*)$/s.exec(wanted);
  return pattern ? new RegExp(pattern[1] ?? '', pattern[2]).test(said) : said.includes(wanted);
}

const journeys = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => z.array(journey).parse(parse(readFileSync(join(folder, name), 'utf8'))));

describe('journeys', () => {
  test.each(journeys)('$name', (each) => new Journeying(each).play());

  test('there are at least sixty of them, with restarts in the middle', () => {
    expect(journeys.length).toBeGreaterThanOrEqual(60);
    expect(journeys.filter(({ steps }) => steps.some((each) => 'restart' in each)).length).toBeGreaterThanOrEqual(10);
  });
});
