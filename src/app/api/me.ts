import { z } from 'zod';
import { browserZone } from '../../adapters/http/index.ts';
import type { Approvals } from '../../agent/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import {
  type AllSkills,
  type AnyRoute,
  type Checks,
  type Command,
  commandThing,
  type Finding,
  type PlatformAdapter,
  route,
  SCOPES,
  type Scope,
} from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import { countUnread } from '../../delivery/index.ts';
import type { Gate, Person } from '../../people/index.ts';
import { addDays, beginningOf, dayAt, hasTwelve } from '../../time/index.ts';
import { householdOf } from '../settings.ts';
import type { ChangeSource } from './changes.ts';
import { type ReadingParts, readerFrom } from './reader.ts';

export interface CommandParts {
  commands: readonly Command[];
  gate: Gate;
}

export interface MeParts extends ReadingParts {
  all: Pick<AllSkills, 'listUpcoming' | 'longestVoice'>;
  approvals: Approvals;
  platforms: readonly PlatformAdapter[];
  /** Titles of the ways to coda by the names of their adapters. */
  titles: ReadonlyMap<string, string>;
  version: string;
  /** The words before a command of coda, as the person who started it types them. */
  command: string;
  /** State of the models; undefined: none is configured. */
  modelStatus(): Json | undefined;
}

const zoneFrom = z
  .string()
  .nullable()
  .describe('person, browser, household or the platform that told it; null: a guess, and the browser may tell.');

const hours = z.union([z.literal(12), z.literal(24)]).describe('By how many hours the person tells the time.');

const shape = z.object({
  person: z.object({
    id: z.string(),
    name: z.string(),
    role: z.enum(['owner', 'member', 'guest']),
    zone: z.string(),
    zone_from: zoneFrom,
    hours,
    locale: z.string().nullable(),
    quiet: z.object({ from: z.string(), to: z.string() }).nullable().describe('Quiet hours, as HH:MM.'),
  }),
  assistant: z.object({ name: z.string() }),
  platforms: z.record(z.string(), z.string()).describe('Titles of the ways to coda, by their names in records.'),
  voice: z
    .object({ longest: z.int().describe('Seconds.') })
    .nullable()
    .describe('How long a voice message may be; null: nothing hears them.'),
  now: z.iso.datetime().describe("By coda's clock, which is what times are of."),
  version: z.string(),
  command: z.string().describe('The words before a command of coda, where it runs: coda, npm start --'),
  scopes: z.array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]])),
  counts: z.object({
    due: z.int().describe('Reminders that wait to be done, or come today.'),
    approvals: z.int().describe("Questions that wait for a yes: the person's own, for owners everybody's."),
    unread: z.int().describe('What was said in the chat in the browser while no page was open.'),
  }),
  away: z.array(z.string()).describe('For owners: platforms that cannot be heard now.'),
  system: z
    .enum(['well', 'wrong'])
    .nullable()
    .describe('For owners, as doctor found it last; null: it has not looked yet, or this is nobody who is to know.'),
  model: z.enum(['set', 'none']).nullable().describe('For owners: whether a language model is asked.'),
});

/** `GET /v1/me`: the person who is signed in, and what waits for them. */
export function meRoute(parts: MeParts, wellness: Pick<Wellness, 'last'>): AnyRoute {
  const { config, approvals, version, command, platforms, titles, modelStatus } = parts;
  const { longestVoice } = parts.all;
  return route({
    method: 'GET',
    path: '/v1/me',
    scope: 'data',
    tag: 'me',
    summary: "The token's person, and how much waits for them.",
    answers: { 200: { description: 'Who it is.', schema: shape } },
    examples: [{ summary: 'Who it is', status: 200 }],
    async answerRequest(request) {
      const reader = await readerFrom(parts, request);
      const { person, personId, zone, locale, now, db, isOwner } = reader;
      const end = beginningOf(addDays(dayAt(now, zone), 1), zone);
      const [upcoming, asked, unread] = await Promise.all([
        parts.all.listUpcoming(reader, end),
        approvals.countFor(isOwner ? undefined : personId),
        countUnread(db, personId),
      ]);
      const due = upcoming.filter(({ isDue }) => isDue).length;
      const { scopes = [] } = request.caller ?? {};
      return {
        body: {
          json: {
            person: {
              id: personId,
              name: person.name,
              role: person.role,
              zone,
              zone_from: originOfZone(person, config),
              hours: hoursOf({ zone, locale }),
              locale: locale ?? null,
              quiet: person.quiet ?? null,
            },
            assistant: { name: config.assistant.name },
            platforms: Object.fromEntries(titles),
            voice: longestVoice === undefined ? null : { longest: Math.floor(longestVoice / 1_000) },
            now: now.toISOString(),
            version,
            command,
            scopes,
            counts: { due, approvals: asked, unread },
            away: isOwner ? platforms.filter((each) => each.trouble?.()).map(({ name }) => name) : [],
            system: isOwner ? (wellness.last() ?? null) : null,
            model: isOwner ? (modelStatus() === undefined ? 'none' : 'set') : null,
          },
        },
      };
    },
  });
}

const hoursOf = (reader: Parameters<typeof hasTwelve>[0]): 12 | 24 => (hasTwelve(reader) ? 12 : 24);

const originOfZone = ({ zone, zoneSource }: Person, config: Config): string | null =>
  zone === undefined ? (householdOf(config).isZoneSet ? 'household' : null) : (zoneSource ?? 'person');

/** `PUT /v1/me/zone`: the page tells where its browser is; what its person said stays. */
export function browserZoneRoute(parts: ReadingParts): AnyRoute {
  return route({
    method: 'PUT',
    path: '/v1/me/zone',
    scope: 'data',
    inPerson: true,
    tag: 'me',
    summary:
      "Takes the time zone of the browser where the person's is not known; it is a guess, which they may change.",
    maxBytes: 1_000,
    body: z.strictObject({ zone: browserZone }),
    answers: {
      200: { description: 'The zone of now.', schema: z.object({ zone: z.string(), zone_from: zoneFrom, hours }) },
    },
    async answerRequest(request) {
      const { personId, person } = await readerFrom(parts, request);
      const from = originOfZone(person, parts.config);
      const isTaken = from === null || from === 'browser';
      if (isTaken) await parts.delivery.browsesIn({ personId, zone: request.body.zone });
      const now = await readerFrom(parts, request);
      return {
        body: { json: { zone: now.zone, zone_from: originOfZone(now.person, parts.config), hours: hoursOf(now) } },
      };
    },
  });
}

const command = z.object({
  name: z.string().describe('As it is typed behind the slash.'),
  usage: z.string().nullable().describe('The words behind the name; null: none.'),
  summary: z.string(),
});

/** `GET /v1/commands`: what a page offers behind a slash. */
export function commandsRoute({ commands, gate }: CommandParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/commands',
    scope: 'messages',
    tag: 'me',
    summary: 'The commands that the caller may use, for a message that begins with a slash.',
    answers: { 200: { description: 'By name.', schema: z.object({ commands: z.array(command) }) } },
    examples: [{ summary: 'All', status: 200 }],
    answerRequest({ caller }) {
      const rows = commands
        .filter((each) => caller && gate.may(caller.who, commandThing(each)))
        .map(({ name, usage = null, summary }) => ({ name, usage, summary }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      return { body: { json: { commands: rows } } };
    },
  });
}

/** Milliseconds for which doctor's findings are taken as they were. */
const LOOKED_MS = 5 * 60_000;
const SOON_MS = 3_000;

/** Doctor's last findings. Asked for, they are renewed where they are old; owners' pages are told when the state has changed. */
export class Wellness {
  private readonly checks: Pick<Checks, 'run'>;
  private readonly clock: Clock;
  private readonly changed: Pick<ChangeSource, 'tell'> | undefined;
  private found: { findings: readonly Finding[]; at: Date } | undefined;
  private isPlanned = false;
  private running: Promise<readonly Finding[]> | undefined;

  constructor(deps: { checks: Pick<Checks, 'run'>; clock: Clock; changed: Pick<ChangeSource, 'tell'> | undefined }) {
    this.checks = deps.checks;
    this.clock = deps.clock;
    this.changed = deps.changed;
  }

  last(): 'well' | 'wrong' | undefined {
    const now = this.clock.now().getTime();
    if (!this.found || now - this.found.at.getTime() >= LOOKED_MS) this.findSoon(now);
    return this.found && stateOf(this.found.findings);
  }

  /** A page that opens is shown first: on the embedded database a look holds up what it asks for. */
  private findSoon(now: number): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    this.clock.at(new Date(now + SOON_MS), () => {
      this.isPlanned = false;
      void this.findAgain();
    });
  }

  get lookedAt(): Date | undefined {
    return this.found?.at;
  }

  /** Findings of now; one look serves all who ask meanwhile. */
  findAgain(): Promise<readonly Finding[]> {
    this.running ??= this.findNow().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async findNow(): Promise<readonly Finding[]> {
    const before = this.found && stateOf(this.found.findings);
    const findings = await this.checks.run();
    this.found = { findings, at: this.clock.now() };
    if (stateOf(findings) !== before) this.changed?.tell('owners', 'system');
    return findings;
  }
}

const stateOf = (findings: readonly Finding[]): 'well' | 'wrong' =>
  findings.some(({ severity }) => severity === 'error' || severity === 'warning') ? 'wrong' : 'well';
