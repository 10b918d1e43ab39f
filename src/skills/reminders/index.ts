import type { Skill } from '../../chat/index.ts';
import { readerFor } from '../../people/index.ts';
import { readerOf } from '../../storage/index.ts';
import { deleteTool, editTool, reminderChange } from './change.ts';
import { own } from './collection.ts';
import { commands } from './commands.ts';
import { completeTool } from './complete.ts';
import { config, type Settings } from './config.ts';
import { createTool } from './create.ts';
import { reminderSource } from './fire.ts';
import { agenda, home, listTool, soonest, upcomingReminders } from './list.ts';
import { acceptTool } from './other.ts';
import { restoreTool } from './restore.ts';
import { acknowledgements, escalationSource, seenTool } from './seen.ts';
import { chooseTool, snoozeTool } from './snooze.ts';
import { mergeRules } from './store.ts';
import { texts } from './texts.ts';
import { moveZoneTool, offerMove } from './zone.ts';

export const reminders: Skill<Settings> = {
  name: 'reminders',
  config,
  acts: { forPrograms: { except: [] } },
  words: { does: 'remind', keeps: 'reminders' },
  data: {
    tables: ['reminders'],
    changes: { calls: 'reminders', commits: { 'reminders.fire': ['all', 'reminders'] } },
    mergeRules,
    offerMove: ({ people: { household }, world: { clock } }, tx, move) =>
      offerMove(tx, move, { household: household.zone, now: clock.now() }),
  },
  ports: { provides: ({ work: { wakeAt }, world }) => ({ acknowledgements: acknowledgements({ wakeAt, world }) }) },
  tools: ({
    speech: { outbox },
    work: { wakeAt },
    people,
    people: {
      household: { isZoneSet = false },
    },
  }) => [
    createTool({ wakeAt, outbox, isZoneSet }),
    listTool,
    reminderChange,
    completeTool,
    snoozeTool(wakeAt),
    editTool(wakeAt),
    deleteTool,
    moveZoneTool(wakeAt, people),
    chooseTool({ wakeAt, outbox, isZoneSet }),
    restoreTool(wakeAt),
    acceptTool({ wakeAt, outbox, isZoneSet }),
    seenTool(outbox),
  ],
  views: {
    collections: () => [own],
    listUpcoming: (_, reader, to) => upcomingReminders(reader, to),
    agenda: (_, ctx, span) => agenda(ctx, span),
    home: (_, reader) => home(reader),
  },
  commands: () => commands(),
  work: { due: (deps) => [reminderSource(deps, deps.config), escalationSource(deps)] },
  prompt: {
    async person({ database, world, people: { household } }, { person }) {
      const lines = await soonest(readerOf(database), person.id, readerFor(person, household, world.clock.now()));
      return lines.length === 0 ? undefined : { title: 'Reminders', text: texts.prompt(lines) };
    },
  },
};
