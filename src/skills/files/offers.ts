/** Appointments of a calendar as reminders, and people of a card as memories: each by a button. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed } from '../../agent/index.ts';
import type { Choice, FileRef } from '../../delivery/index.ts';
import type { FileEvent } from '../../media/index.ts';
import { zoneOfCalendar } from './calendar-zones.ts';
import { type OpenedFile, openFile, type ToolDeps } from './open-file.ts';
import { fileLine, texts, unread } from './texts.ts';

const MOST_CHOICES = 5;
const MOST_FILES = 3;
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

export function offerTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: OFFERS,
    description: 'Offers what is in a calendar or a card of contacts.',
    effect: 'read',
    callers: 'buttons',
    input: z.object({ file: z.string().max(300).optional() }),
    prepare: ({ file }, ctx) => openFile(deps, ctx, file),
    async run(_, { prepared, clock }) {
      const opened = prepared as OpenedFile | Failed;
      if ('ok' in opened) return opened;
      const { file, text } = opened;
      const { facts } = text;
      if (facts.fault) return done(unread(file, facts, text.passages), { tainted: true });
      const line = fileLine(file, facts);
      if (facts.kind === 'vcf') {
        const people = (facts.people ?? []).slice(0, MOST_CHOICES);
        const says = people.length === 0 ? texts.noPeople : texts.people(facts.people?.length ?? 0);
        return done(`${line}\n${says}`, { tainted: true, choices: people.map(memoryOf) });
      }
      const today = clock.now().toISOString().slice(0, 10);
      const coming = (facts.events ?? []).filter(
        (event) => !event.isCancelled && (event.rule !== '' || event.start >= today),
      );
      // At a time in a zone that nobody knows nobody can be reminded.
      const timed = coming.filter(({ zone }) => zone === undefined || zoneOfCalendar(zone) !== undefined);
      const choices = timed.slice(0, MOST_CHOICES).map(reminderOf);
      const listed = coming.map((event) => `- ${texts.event(event)}`);
      const asks = choices.length === 0 ? [] : [texts.events(coming.length)];
      const says = coming.length === 0 ? [texts.noEvents] : [...listed, ...asks];
      return done([line, ...says].join('\n'), { tainted: true, choices });
    },
  });
}

function memoryOf({ name, text }: { name: string; text: string }): Choice {
  return {
    label: texts.remember(name),
    tool: 'memory_save',
    input: { text: text.replace(/\n/g, '; ').slice(0, LONGEST_MEMORY) },
    group: name,
  };
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const EVERY: Record<string, string> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };

/** The time in words, as a person would say it: what reads times reads these, too, and asks where they are not clear. */
function whenOf({ start, zone, rule }: FileEvent): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(start) ?? [];
  const on = `on ${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  const named = zone === undefined ? undefined : zoneOfCalendar(zone);
  const at = time === undefined ? '' : ` at ${time}${named === undefined ? '' : ` ${named}`}`;
  const [, frequency = ''] = /FREQ=([A-Z]+)/.exec(rule) ?? [];
  const ownDay = WEEKDAYS[new Date(`${year}-${month}-${day}T12:00:00Z`).getUTCDay()];
  const saysNothing = (part: string) =>
    /^(?:FREQ=[A-Z]+|INTERVAL=1|WKST=[A-Z]{2})$/.test(part) || (frequency === 'WEEKLY' && part === `BYDAY=${ownDay}`);
  const isPlain = EVERY[frequency] !== undefined && rule.split(';').filter(Boolean).every(saysNothing);
  if (!isPlain) return `${on}${at}`;
  return `every ${EVERY[frequency]} starting ${on}${at}`;
}

function reminderOf(event: FileEvent): Choice {
  const text = [event.summary, event.location && `(${event.location})`].filter(Boolean).join(' ');
  return {
    label: texts.event(event),
    tool: 'reminder_create',
    input: { text, when: whenOf(event) },
    group: `${event.start} ${event.summary}`.slice(0, 100),
  };
}
