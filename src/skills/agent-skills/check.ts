/** The checks of agent skills for `coda doctor`. */
import { type HealthCheck, type SkillDeps, together, type Verdict } from '../../chat/index.ts';
import { type Queryable, readerOf } from '../../storage/index.ts';
import { decidedOf, type Folder, type Pin, pinFolder, pinnedNames } from '../../trust/index.ts';
import type { SkillHost } from './host.ts';
import { type AgentSkill, isTrusted, SOURCE_KINDS, type SourceKind } from './skill.ts';
import * as texts from './texts.ts';
import { folderOf } from './use/trusted.ts';

const warning = { ok: false, severity: 'warning' } as const;

/** True if the folders that were named are there, and each skill in them can be used, by its own name and with what it needs. */
export function healthCheck(host: SkillHost, deps: Pick<SkillDeps, 'sandbox' | 'database'>): HealthCheck {
  return {
    name: 'agent skills',
    async check() {
      const report = await host.rescan();
      const [broken] = report.invalid;
      const gone = await host.images.gone(deps.sandbox.hasImage);
      const verdicts: Verdict[] = [
        ...(report.warnings.length > 0
          ? [{ ok: false, says: texts.folderTrouble(report.warnings), remedy: texts.healthRemedy() }]
          : []),
        ...(broken
          ? [
              {
                ...warning,
                code: 'SKILL_BROKEN',
                says: texts.health(report),
                remedy: texts.brokenRemedy(broken.directory),
              },
            ]
          : []),
        ...(gone.length > 0 ? [{ ...warning, says: texts.imagesGone(gone), remedy: texts.imagesRemedy() }] : []),
        ...misread(host),
        ...(await waiting(host, readerOf(deps.database))),
        ...twice(host),
        ...(await secretless(host)),
      ];
      return together(verdicts, texts.health(report));
    },
  };
}

/** Mistakes with which a skill is used and is not what its author wrote. Others, such as a name's form, change nothing. */
const MISREAD: readonly string[] = ['yaml_invalid', 'description_missing'];

function misread(host: SkillHost): Verdict[] {
  return [...host.catalog.current().skills.values()].flatMap(({ name, diagnostics }) => {
    const problem = diagnostics.find(({ code }) => MISREAD.includes(code));
    if (!problem) return [];
    const at = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
    return [
      {
        ...warning,
        code: 'SKILL_MISREAD',
        says: texts.misread(name, problem.message),
        remedy: texts.misreadRemedy(at),
      },
    ];
  });
}

/** Those whose files are others than were approved or used first, and those that an owner has to look at first. */
async function waiting(host: SkillHost, db: Queryable): Promise<Verdict[]> {
  const blocked = host.decisions().blocked;
  const names = [...(await waitingNames([...host.catalog.current().skills.values()], db))];
  const changed = names.filter((name) => !blocked.has(name));
  const held = names.filter((name) => blocked.has(name));
  return [
    ...(changed.length > 0
      ? [{ ...warning, code: 'SKILL_CHANGED', says: texts.changedSince(changed), remedy: texts.approveRemedy(changed) }]
      : []),
    ...(held.length > 0
      ? [
          {
            ...{ ok: true, code: 'SKILL_WAITS', severity: 'notice' as const },
            ...{ says: texts.heldForOwner(held), remedy: texts.approveRemedy(held) },
          },
        ]
      : []),
  ];
}

/** Files are hashed only of what was decided about. */
async function waitingNames(skills: readonly AgentSkill[], db: Queryable): Promise<Set<string>> {
  const decided = await pinnedNames(db, SOURCE_KINDS);
  const known = skills.filter(
    ({ name, source }) =>
      !isTrusted(source) && decided.some((each) => each.name === name && each.source === source.kind),
  );
  const bySource = new Map<SourceKind, { folder: Folder; pin: Pin }[]>();
  for (const skill of known) {
    const folder = folderOf(skill);
    const pin = folder && (await pinFolder(folder.directory, folder.declared));
    if (folder && pin?.ok)
      bySource.set(skill.source.kind, [...(bySource.get(skill.source.kind) ?? []), { folder, pin }]);
  }
  const states = await Promise.all([...bySource.values()].map((folders) => decidedOf(db, folders)));
  return new Set(states.flatMap((each) => [...each].flatMap(([name, state]) => (state === 'waits' ? [name] : []))));
}

/** Skills that one of the same name hides. That one takes the place of a shipped one is how these are changed. */
function twice(host: SkillHost): Verdict[] {
  const hidden = host.catalog.current().shadowed.filter(({ skill }) => skill.source.kind !== 'shipped');
  return hidden.map(({ skill, by }) => ({
    ...warning,
    code: 'SKILL_TWICE',
    says: texts.hiddenBy(skill.name, placeOf(skill), placeOf(by)),
    remedy: texts.hiddenRemedy(placeOf(skill)),
  }));
}

const placeOf = ({ directory }: AgentSkill) => directory ?? 'skills.inline';

/** Skills that do not run, because nobody has set a secret that they need. */
async function secretless(host: SkillHost): Promise<Verdict[]> {
  const needing = [...host.catalog.current().skills.values()].filter(({ secrets }) =>
    secrets.some(({ required }) => required),
  );
  if (needing.length === 0) return [];
  const kept = new Set((await host.secrets.list()).map(({ skill, name }) => `${skill} ${name}`));
  return needing.flatMap(({ name: skill, secrets }) => {
    const missing = secrets.filter(({ required, name }) => required && !kept.has(`${skill} ${name}`));
    return missing.map(({ name }) => ({
      ...warning,
      code: 'SKILL_SECRET',
      says: texts.secretUnset(skill, name),
      remedy: texts.secretRemedy(skill, name),
    }));
  });
}
