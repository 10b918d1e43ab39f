/** The pins of skills, for folders of other kinds. */

import type { FolderTrust, JudgedFolder } from '../../../chat/index.ts';
import { auditSkill } from '../audit/audit.ts';
import * as texts from '../texts.ts';
import { describeChange, type Pin, pinSkill } from './pin.ts';
import { addPin, approvePin, pinOf, pinsOf, type SkillId } from './store.ts';
import { heavyFindings } from './trust.ts';

/** Judges folders as skills are judged: same pins, same audit, same table. */
export function folderTrust(): FolderTrust<Pin> {
  return {
    async pin(folder, signal) {
      const pin = await pinSkill(folder.directory, declaredBy(folder), signal);
      return pin.ok ? pin : pin.message;
    },

    async look(db, folder, pin, signal) {
      const known = await pinOf(db, idOf(folder));
      if (!known) return { kind: 'first', suspicions: await heavyFindings(folder.directory, signal) };
      if (known.pinned.hash !== pin.hash) return { kind: 'waits', reasons: describeChange(known.pinned, pin) };
      return known.state === 'blocked' ? { kind: 'waits', reasons: [] } : { kind: 'usable' };
    },

    async decided(db, folders) {
      const [first] = folders;
      if (!first) return new Map();
      const names = folders.map(({ folder }) => folder.name);
      const known = await pinsOf(db, first.folder.kind, names);
      return new Map(
        folders.flatMap(({ folder, pin }) => {
          const kept = known.get(folder.name);
          if (!kept) return [];
          const isUsable = kept.hash === pin.hash && kept.state !== 'blocked';
          return [[folder.name, isUsable ? 'usable' : 'waits'] as const];
        }),
      );
    },

    async keepFirst(tx, folder, { pin, suspicions }, now) {
      const id = idOf(folder);
      await addPin(tx, id, pin, suspicions.length > 0 ? 'blocked' : 'pinned', now);
      const kept = await pinOf(tx, id);
      return kept?.pinned.hash === pin.hash && kept.state !== 'blocked';
    },

    async inquire(db, folder, pin, signal) {
      const id = idOf(folder);
      const before = await pinOf(db, id);
      const { findings } = await auditSkill(folder.directory, signal);
      const changes = describeChange(before?.state === 'blocked' ? undefined : before?.pinned, pin);
      const text = texts.inquest({ id, pin, before, changes, findings, forbiddenToolsUnreadable: false }, folder.kind);
      return { text, hash: pin.hash, isApproved: before?.pinned.hash === pin.hash && before.state === 'approved' };
    },

    approve: (tx, folder, pin, by) => approvePin(tx, idOf(folder), pin, by),
  };
}

/** No kind of folder is called as a source of skills is. */
function idOf({ name, kind }: JudgedFolder): SkillId {
  return { name, source: kind };
}

function declaredBy({ tools, model }: JudgedFolder) {
  return {
    allowedTools: tools,
    forbiddenTools: [],
    secrets: [],
    dependencies: { pip: [], system: [], skills: [] },
    dockerImage: undefined,
    forkAgent: true,
    model,
  };
}
