import { type Call, done, failed, type ToolResult } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { readerOf } from '../../storage/index.ts';
import { type Inquest, inquire, trustTexts } from '../../trust/index.ts';
import { find } from './host.ts';
import { folderToJudge, type Snapshot } from './specialist.ts';
import * as texts from './texts.ts';
import { linesOf, type ToolDeps, taintOf, unknown } from './tools.ts';

export function commands(deps: ToolDeps): Command[] {
  return [askCommand(deps), specialistsCommand(deps)];
}

const ASK = 'ask';

export function calledBy(snapshot: Snapshot, name: string, rest: string): Call | undefined {
  if (name.toLowerCase() !== ASK) return undefined;
  const [, wanted = '', task = ''] = /^(\S+)\s([\s\S]*)/.exec(rest.trim()) ?? [];
  const specialist = find(snapshot, wanted);
  return specialist && { tool: 'specialist_spawn', input: { specialist: specialist.name, task: task.trim() } };
}

/** Asking one is no command but a turn; this answers where there is nobody to ask. */
function askCommand({ host }: ToolDeps): Command {
  return {
    name: ASK,
    summary: 'Hand a task to a specialist.',
    usage: '<name> <task>',
    options: [
      {
        name: 'name',
        description: 'The specialist',
        required: true,
        complete: async (typed) => namesWith(host.catalog.current(), typed),
      },
      { name: 'task', description: 'What it is to do, with all that it needs to know', required: true },
    ],
    run: async (rest) => {
      const [name] = rest.split(/\s+/);
      const snapshot = host.catalog.current();
      if (!name || find(snapshot, name)) return failed('INVALID_INPUT', texts.usage());
      return failed('NOT_FOUND', unknown(snapshot, name));
    },
  };
}

function namesWith({ specialists }: Snapshot, typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  return [...specialists.keys()].filter((name) => name.includes(wanted)).slice(0, 25);
}

function specialistsCommand({ host, database }: ToolDeps): Command {
  return {
    name: 'specialists',
    summary: 'Show the specialists, approve one.',
    overtakes: 'bare',
    usage: '[approve NAME]',
    options: [
      { name: 'what', description: 'approve; nothing for the list', complete: async () => ['approve'] },
      {
        name: 'name',
        description: 'The specialist',
        complete: async (typed) => namesWith(host.catalog.current(), typed),
      },
    ],
    prepare: async (rest, { person }) => {
      const [verb, name] = rest.split(/\s+/);
      if (verb !== 'approve' || !name || person.role !== 'owner') return undefined;
      // The files approved are those that are there now.
      await host.skills.rescan();
      const specialist = find(host.catalog.current(), name);
      return specialist?.pin && inquire(readerOf(database), folderToJudge(specialist), specialist.pin);
    },
    run: async (rest, { person, prepared }) => {
      const snapshot = host.catalog.current();
      const [verb, name] = rest.split(/\s+/);
      // Locations of folders on the machine are an owner's business.
      const problems = person.role === 'owner' ? snapshot.diagnostics : [];
      const all = [...snapshot.specialists.values()];
      if (!verb) return done(texts.list(linesOf(snapshot), problems), taintOf(all));
      if (verb !== 'approve' || !name) return failed('INVALID_INPUT', texts.specialistsUsage());
      if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove());
      return approval(snapshot, name, prepared as Inquest | undefined);
    },
  };
}

/** Shows all of it; the button binds to exactly that. */
function approval(snapshot: Snapshot, name: string, inquest: Inquest | undefined): ToolResult {
  const specialist = find(snapshot, name);
  if (!specialist) return failed('NOT_FOUND', unknown(snapshot, name));
  if (!specialist.pin || !inquest) return done(texts.shipsWithCoda(specialist.name));
  if (inquest.isApproved) return done(texts.approvedAlready(specialist.name));
  const input = { name: specialist.name, hash: inquest.pin.hash };
  return done(trustTexts.inquest(inquest, 'specialist'), {
    choices: [{ label: 'Approve', style: 'primary', tool: 'specialist_approve', input }],
  });
}
