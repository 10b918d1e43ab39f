/** Appointments of a calendar as reminders, and people of a card as memories: each by a button. */
import { z } from 'zod';
import { type AnyTool, type CallContext, dataTool, done, type Failed } from '../../agent/index.ts';
import type { Choice, FileRef } from '../../delivery/index.ts';
import { type Appointment, appointmentsIn, type FoundAppointments } from '../../media/index.ts';
import { DEFAULT_DAY_PARTS, dayAt, describe, parseWhen, type WhenContext } from '../../time/index.ts';
import { type OpenedFile, openFile, type ToolDeps } from './open-file.ts';
import { fileLine, texts, unread } from './texts.ts';

const MOST_CHOICES = 5;
const MOST_FILES = 3;
const MOST_UNREAD = 10;
const LONGEST_MEMORY = 500;

const OFFERS = 'attachment_offer';

/** Buttons below the answer for files with appointments or people, and for any file where no model would read it. */
export function offersFor(
  files: readonly FileRef[],
  { text, hasModel, hears, readsLetters }: { text: string; hasModel: boolean; hears: boolean; readsLetters: boolean },
): Choice[] {
  return files.slice(0, MOST_FILES).flatMap(({ name, type, hash }): Choice[] => {
    const input = { file: hash };
    if (/\.ics$/i.test(name) || type.startsWith('text/calendar'))
      return [{ label: texts.addEvents, tool: OFFERS, input, group: hash }];
    if (/\.(?:vcf|vcard)$/i.test(name) || /^text\/(?:x-)?vcard/.test(type))
      return [{ label: texts.rememberPeople, tool: OFFERS, input, group: hash }];
    // A bundle with a skill has an offer of its own.
    const isReadable =
      !/\.skill$/i.test(name) &&
      !type.startsWith('video/') &&
      (readsLetters || !type.startsWith('image/')) &&
      (hears || !type.startsWith('audio/'));
    const isAlone = text.trim() === '' && !hasModel && isReadable;
    return isAlone
      ? [{ label: texts.whatIsIn(name), tool: 'attachment_show', input: { ...input, from: 0 }, group: hash }]
      : [];
  });
}

/** An appointment with a button, or the reason for none. */
interface Offer {
  line: string;
  choice?: Choice;
}

export function offerTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: OFFERS,
    description: 'Offers what is in a calendar or a card of contacts.',
    effect: 'read',
    callers: 'buttons',
    input: z.object({ file: z.string().max(300).optional(), from: z.int().min(0).default(0) }),
    async prepare({ file }, ctx) {
      const opened = await openFile(deps, ctx, file);
      if ('ok' in opened || opened.text.facts.kind !== 'ics') return opened;
      return { ...opened, appointments: await findAppointments(deps, opened, ctx) };
    },
    async run({ from }, { prepared, when }) {
      const opened = prepared as (OpenedFile & { appointments?: FoundAppointments }) | Failed;
      if ('ok' in opened) return opened;
      const { file, text, appointments } = opened;
      const { facts } = text;
      if (facts.fault) return done(unread(file, facts, text.passages), { tainted: true });
      const line = fileLine(file, facts);
      if (facts.kind === 'ics' && !appointments) return done(`${line}\n${texts.calendarUnread}`, { tainted: true });
      if (!appointments) {
        const people = (facts.people ?? []).slice(0, MOST_CHOICES);
        const says = people.length === 0 ? texts.noPeople : texts.people(facts.people?.length ?? 0);
        return done(`${line}\n${says}`, { tainted: true, choices: people.map(memoryOf) });
      }
      const { lines, choices, next } = pageOf(appointments, from, when);
      const more: Choice[] = next === undefined ? [] : [moreOf(file.hash, next)];
      const says = appointments.coming.length === 0 && lines.length === 0 ? [texts.noEvents] : lines;
      const others = next === undefined ? '' : ` ${texts.otherEvents(appointments.coming.length - next)}`;
      const asks = choices.length === 0 ? [] : [`${texts.events(appointments.coming.length)}${others}`];
      return done([line, ...says, ...asks].join('\n'), { tainted: true, choices: [...choices, ...more] });
    },
  });
}

const moreOf = (file: string, from: number): Choice => ({
  label: texts.more,
  tool: OFFERS,
  input: { file, from },
  group: 'more',
});

/** Ten years: a 29 February comes again within eight. */
const AHEAD_MS = 10 * 366 * 86_400_000;

/** Appointments still to come, the next one of each series. Undefined: the calendar could not be read. */
async function findAppointments(
  { library }: ToolDeps,
  { file }: OpenedFile,
  { when: { now, zone }, signal }: CallContext,
): Promise<FoundAppointments | undefined> {
  const calendar = await library.calendarOf(file, signal);
  if (typeof calendar === 'string') return undefined;
  return appointmentsIn(calendar, { from: now, to: new Date(now.getTime() + AHEAD_MS), zone, isNextOnly: true });
}

/** Appointments from the one of this number on, as many as have room for their buttons; `next`: where it goes on. */
function pageOf({ coming, unread: others }: FoundAppointments, from: number, when: WhenContext) {
  const lines = from > 0 ? [] : others.slice(0, MOST_UNREAD).map((each) => `- ${texts.unreadEvent(each)}`);
  if (from === 0 && others.length > MOST_UNREAD) lines.push(texts.moreUnread(others.length - MOST_UNREAD));
  const choices: Choice[] = [];
  let at = from;
  for (; at < coming.length && choices.length < MOST_CHOICES; at++) {
    const { line, choice } = offerOf(coming[at] as Appointment, when);
    lines.push(`- ${line}`);
    if (choice) choices.push(choice);
  }
  return { lines, choices, next: at < coming.length ? at : undefined };
}

function memoryOf({ name, text }: { name: string; text: string }): Choice {
  return {
    label: texts.remember(name),
    tool: 'memory_save',
    input: { text: text.replace(/\n/g, '; ').slice(0, LONGEST_MEMORY) },
    group: name,
  };
}

function offerOf(event: Appointment, when: WhenContext): Offer {
  const label = texts.event(event);
  if (event.isRunning) return { line: texts.runningEvent(label) };
  const text = [event.title, event.location && `(${event.location})`].filter(Boolean).join(' ');
  const plan = planOf(event, when);
  const group = `${event.local} ${event.title}`.slice(0, 100);
  const choice = {
    label,
    tool: 'reminder_choose',
    input: { act: 'create', text, tainted: true, ...plan.input },
    group,
  };
  return { line: plan.words === undefined ? label : `${label}: ${plan.words}`, choice };
}

/** The series where its rule has words, else this one time of it. A whole day is told at the hour of days without a time. */
function planOf({ at, local, zone, series }: Appointment, when: WhenContext) {
  const hour = (when.dayParts?.date ?? DEFAULT_DAY_PARTS.date).replace(':', '');
  const isDay = !local.includes('T');
  if (series) {
    const start = isDay ? `${series.start.slice(0, 8)}T${hour}00` : series.start;
    const today = dayAt(when.now, zone ?? when.zone).replaceAll('-', '');
    const skippedDays = series.without.filter((day) => day >= today);
    const without = skippedDays.length === 0 ? '' : `\nEXDATE;VALUE=DATE:${skippedDays.join(',')}`;
    const rule = `DTSTART;TZID=${zone ?? when.zone}:${start}\nRRULE:${series.rule}${without}`;
    const read = parseWhen(rule, when);
    const words = read.kind === 'recurring' ? describe(read, when) : undefined;
    if (read.kind === 'recurring' && words?.includes(NEXT) && !words.startsWith(RULE_ALONE))
      return { input: { rule: read.rule, zone: read.zone }, words: words.slice(0, words.indexOf(NEXT)) };
  }
  const once = isDay ? parseWhen(`${local} ${when.dayParts?.date ?? DEFAULT_DAY_PARTS.date}`, when) : undefined;
  const planned = once?.kind === 'once' ? once.at : at;
  const words = series ? texts.onlyNext : undefined;
  return { input: { at: planned.toISOString(), zone: zone ?? when.zone }, words };
}

/** Words of a rule before its next occurrence. */
const NEXT = ', next: ';
const RULE_ALONE = 'by a rule of its own';
