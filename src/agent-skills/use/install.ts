/** Installs a bundle that a script has made or an owner has sent: an owner is shown what is in it, and presses. */

import { z } from 'zod';
import { type AnyTool, type CallContext, dataTool, done, type Failed, failed, undoChoice } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Choice } from '../../delivery/index.ts';
import type { Role } from '../../people/index.ts';
import {
  approveLooked,
  type Folder,
  type Inquest,
  type InspectedFolder,
  lookForApproval,
  trustTexts,
} from '../../trust/index.ts';
import { BUNDLE_LIMITS, bundleContent, type SkillContent } from '../bundle/bundle.ts';
import { type InstalledSkill, installSkill, lookInside, restoreVersion, usableSkillIn } from '../bundle/install.ts';
import * as texts from '../texts.ts';
import type { ToolDeps } from './deps.ts';
import { inquireAbout, installedFolder } from './trusted.ts';

const MOST_OFFERS = 3;

const bundle = z.object({ hash: z.string(), file: z.string(), tainted: z.boolean().default(false) });
type Bundle = z.output<typeof bundle>;

export function offerOf(
  files: readonly { name: string; hash: string; size: number }[],
  { person }: Pick<CallContext, 'person'>,
  tainted: boolean,
): { choices: Choice[]; notes: string[] } {
  const bundles = files
    .filter(({ name, size }) => /\.skill$/i.test(name) && size <= BUNDLE_LIMITS.archiveBytes)
    .map(({ name, hash }) => ({ file: name.split('/').at(-1) ?? name, hash }))
    .slice(0, MOST_OFFERS);
  if (person.role !== 'owner') return { choices: [], notes: bundles.map(({ file }) => texts.ownerInstalls(file)) };
  return {
    choices: bundles.map(({ file, hash }) => lookChoice({ file, hash, tainted })),
    notes: bundles.map(({ file }) => texts.installOffered(file)),
  };
}

/** Button for a bundle that an owner has sent: anybody else's is a file like another. */
export function receivedOffer(files: readonly { name: string; hash: string }[], role: Role): Choice[] {
  if (role !== 'owner') return [];
  return files
    .filter(({ name }) => /\.skill$/i.test(name))
    .slice(0, MOST_OFFERS)
    .map(({ name, hash }) => lookChoice({ file: name.split('/').at(-1) ?? name, hash, tainted: false }));
}

function lookChoice(input: Bundle): Choice {
  return { label: texts.installLabel(input.file), tool: 'skill_install_look', input: { ...input } };
}

export function installLookTool(deps: ToolDeps): AnyTool {
  const { host, views } = deps;
  return dataTool({
    name: 'skill_install_look',
    description: 'Shows what is in a bundle with a skill.',
    effect: 'read',
    callers: 'buttons',
    input: bundle,
    prepare: (input) => looked(input),
    async run(input, { prepared }) {
      const inquest = prepared as Inquest | Failed;
      if ('ok' in inquest) return inquest;
      const { name } = inquest.id;
      const replacedKind = views.viewOf(undefined).snapshot.skills.get(name)?.source.kind;
      const notes = [
        ...(replacedKind !== undefined && replacedKind !== inquest.id.source
          ? [texts.bundleReplaces(name, replacedKind)]
          : []),
        ...(input.tainted ? [texts.bundleTainted()] : []),
      ];
      const call = { tool: 'skill_install', input: { ...input, name, pin: inquest.pin.hash } };
      const text = [trustTexts.inquest(inquest), ...notes].join('\n');
      return done(text, { choices: [{ label: 'Install', style: 'primary', ...call }] });
    },
  });

  function looked(input: Bundle): Promise<Inquest | Failed> {
    return withContent(deps, input, (content) =>
      lookInside(host.installed, content, async (staged) => {
        const skill = await usableSkillIn(staged);
        if (typeof skill === 'string') return failed('REFUSED', texts.bundleUnusable(input.file, skill));
        const inquest = await inquireAbout(deps.reader, skill);
        return typeof inquest === 'string' ? failed('REFUSED', texts.bundleUnusable(input.file, inquest)) : inquest;
      }),
    );
  }
}

/**
 * Tool of the button under that: installs exactly the files that were shown, and approves them. They are put in place
 * before the approval commits: a kill in between leaves a skill that waits for its approval, and a button that still
 * works.
 */
export function installTool(deps: ToolDeps): AnyTool {
  const { host } = deps;
  return dataTool({
    name: 'skill_install',
    description: 'Installs a bundle with a skill, and approves it.',
    effect: 'write',
    callers: 'person',
    policy: { critique: true },
    timeoutMs: 5_000,
    input: bundle.extend({ name: z.string(), pin: z.string() }),
    prepare: (input) => putInPlace(input),
    async run({ name }, { tx, person, clock, prepared }) {
      const result = prepared as Failed | PutInPlace;
      if ('ok' in result) return result;
      const by = { personId: person.id, now: clock.now() };
      if (!(await approveLooked(tx, result.folder, result.looked, by)))
        return failed('GONE', texts.changedMeanwhile(name));
      tx.afterCommit(() => host.onDecision());
      const undo = undoOf(result);
      return done(texts.installedNotice(name), { undo, choices: [undoChoice(undo)] });
    },
  });

  function putInPlace(input: Bundle & { name: string; pin: string }) {
    return withContent(deps, input, async (content) => {
      const place = await installSkill(host.installed, content);
      await host.rescan();
      const folder = installedFolder(host.catalog.current(), place.name);
      const looked = folder && (await lookForApproval(deps.reader, folder, input.pin));
      return looked ? { folder, looked, place } : failed('GONE', texts.changedMeanwhile(place.name));
    });
  }
}

interface PutInPlace {
  folder: Folder;
  looked: InspectedFolder;
  place: InstalledSkill;
}

function undoOf({ looked: { before: earlierPin }, place: { name, version, before } }: PutInPlace) {
  const pin = before !== undefined && earlierPin?.state === 'approved' ? earlierPin.pinned.hash : undefined;
  const input = { name, version, ...omitUndefined({ before, pin }) };
  return { tool: 'skill_install_undo', input, label: texts.theInstalling(name) };
}

export function undoInstallTool(deps: ToolDeps): AnyTool {
  const { host, reader } = deps;
  const input = z.object({
    name: z.string(),
    version: z.string(),
    before: z.string().optional(),
    pin: z.string().optional(),
  });
  return dataTool({
    name: 'skill_install_undo',
    description: 'Takes the installation of a skill back.',
    effect: 'write',
    callers: 'person',
    timeoutMs: 5_000,
    input,
    async prepare({ name, version, before, pin }) {
      if (!(await restoreVersion(host.installed, { name, version, before })))
        return failed('GONE', texts.notPutBack(name));
      await host.rescan();
      const folder = pin === undefined ? undefined : installedFolder(host.catalog.current(), name);
      const looked = folder && (await lookForApproval(reader, folder, pin ?? ''));
      return looked ? { folder, looked } : undefined;
    },
    async run({ name, before }, { tx, person, clock, prepared }) {
      const result = prepared as Failed | Pick<PutInPlace, 'folder' | 'looked'> | undefined;
      if (result && 'ok' in result) return result;
      if (result) await approveLooked(tx, result.folder, result.looked, { personId: person.id, now: clock.now() });
      tx.afterCommit(() => host.onDecision());
      return done(before === undefined ? texts.uninstalledNotice(name) : texts.versionBefore(name));
    },
  });
}

/** Has `use` see the content of the bundle; what is wrong with it, or with its file, is a value. */
async function withContent<T>(
  { artifacts }: ToolDeps,
  { hash, file }: Bundle,
  use: (content: SkillContent) => Promise<T>,
): Promise<T | Failed> {
  try {
    const parts: Uint8Array[] = [];
    let room = BUNDLE_LIMITS.archiveBytes;
    for await (const part of (await artifacts.open(hash)) as AsyncIterable<Uint8Array>) {
      parts.push(part);
      room -= part.length;
      // A byte more is enough for it to be refused.
      if (room < 0) break;
    }
    return await use(bundleContent(Buffer.concat(parts), file));
  } catch (error) {
    if (!(error instanceof CodaError)) throw error;
    if (error.code === 'ARTIFACT_MISSING') return failed('GONE', texts.bundleGone(file));
    return failed('REFUSED', texts.bundleUnusable(file, error.message), { remedy: error.remedy });
  }
}
