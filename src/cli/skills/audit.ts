/** `coda skills audit` and `coda skills pin`. */

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openAgentSkills } from '../../app/index.ts';
import { CodaError, ERRORS } from '../../base/errors.ts';
import { didYouMean, plural } from '../../base/text.ts';
import { type AgentSkill, folderOf, hasTags, openCatalog, skillMeant } from '../../skills/agent-skills/index.ts';
import { auditFolder, pinReport } from '../../trust/index.ts';
import { prepare } from '../daemon/serve.ts';
import type { TagFlags } from '../flags.ts';

/** `coda skills audit [NAME|DIR…]`: exit status 65 when an owner has to approve one of them first. */
export async function skillsAudit(flags: TagFlags, io: NodeJS.Process): Promise<number> {
  const audits: (Audit & { name: string; path: string })[] = [];
  for (const { name, directory } of await chosen(flags, io)) {
    audits.push({ name, path: directory, ...(await auditFolder(directory)) });
  }
  if (flags.json) io.stdout.write(`${JSON.stringify(audits, null, 2)}\n`);
  else {
    const lines = audits.flatMap((audit) => [auditSummary(audit.name, audit), ...audit.findings.map(findingLine)]);
    io.stdout.write(`${[...lines, total(audits)].join('\n')}\n`);
  }
  return audits.some(({ blocked }) => blocked) ? ERRORS.INPUT_INVALID.exit : 0;
}

/** `coda skills pin [NAME|DIR…]`: the hash that an approval is bound to, and what it would allow. */
export async function skillsPin(flags: TagFlags, io: NodeJS.Process): Promise<number> {
  const pins: { name: string; path: string; hash: string | null; may: string[] }[] = [];
  for (const { name, directory, skill } of await chosen(flags, io)) {
    pins.push({ name, path: directory, ...(await pinReport(directory, folderOf(skill)?.declared ?? {})) });
  }
  if (flags.json) io.stdout.write(`${JSON.stringify(pins, null, 2)}\n`);
  else {
    const lines = pins.flatMap(({ name, hash, may }) => [
      `${name}: ${hash ?? 'cannot be pinned'}`,
      ...may.map((one) => `  ${one}`),
    ]);
    io.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'There are no skills.'}\n`);
  }
  return pins.every(({ hash }) => hash !== null) ? 0 : ERRORS.SKILL_REFUSED.exit;
}

/** One line on what was found in a skill. */
export function auditSummary(name: string, { findings, blocked, complete }: Audit): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const parts = [
    ...(count('block') > 0 ? [plural(count('block'), 'grave finding')] : []),
    ...(count('warn') > 0 ? [plural(count('warn'), 'warning')] : []),
    ...(complete ? [] : ['only a part of it was read']),
  ];
  const verdict = blocked ? 'an owner has to approve it before it is used' : 'nothing stands against it';
  return `${name}: ${parts.length === 0 ? 'nothing was found' : `${parts.join(', ')}; ${verdict}`}.`;
}

function findingLine({ level, rule, file, line, excerpt, why }: Finding): string {
  return `  ${level} ${rule} ${file}${line > 0 ? `:${line}` : ''}\n    ${why}\n    ${excerpt}`;
}

function total(audits: readonly Audit[]): string {
  const blocked = audits.filter((audit) => audit.blocked).length;
  const warned = audits.filter(
    (audit) => !audit.blocked && audit.findings.some(({ level }) => level === 'warn'),
  ).length;
  return `${plural(audits.length, 'skill')}: ${blocked} blocked, ${warned} with warnings.`;
}

type Audit = Awaited<ReturnType<typeof auditFolder>>;
type Finding = Audit['findings'][number];

interface Chosen {
  name: string;
  directory: string;
  skill: AgentSkill;
}

/** The skills of those names or in those folders; without any, all that have a folder. */
async function chosen(flags: TagFlags, io: NodeJS.Process): Promise<Chosen[]> {
  const { config, world } = prepare(flags, io);
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const snapshot = catalog.current();
  const { skills } = snapshot;
  if (flags.args.length === 0) return withFolder([...skills.values()].filter((skill) => hasTags(skill, flags.tag)));
  const found: Chosen[] = [];
  for (const asked of flags.args) {
    const skill = skillMeant(snapshot, asked);
    found.push(...(skill ? withFolder([skill]) : await skillsBelow(asked, [...skills.keys()])));
  }
  return found;
}

function withFolder(skills: readonly AgentSkill[]): Chosen[] {
  return skills.flatMap((skill) => {
    const { directory, name, declaredName } = skill;
    return directory === undefined ? [] : [{ name: name || declaredName || directory, directory, skill }];
  });
}

async function skillsBelow(path: string, names: readonly string[]): Promise<Chosen[]> {
  const directory = resolve(path);
  const isFolder = await stat(directory).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    const near = didYouMean(path, names);
    throw new CodaError('SKILL_NOT_FOUND', {
      message: `There is neither a skill nor a folder ${path}.`,
      remedy: near ? `Did you mean ${near}?` : '"coda skills list" shows the skills.',
    });
  }
  const source = { kind: 'configured', directory } as const;
  const catalog = openCatalog({ sources: [source], inline: [], settings: {}, commands: () => new Set() });
  await catalog.rescan();
  const { skills, shadowed, invalid } = catalog.current();
  return withFolder([...skills.values(), ...shadowed.map(({ skill }) => skill), ...invalid]);
}
