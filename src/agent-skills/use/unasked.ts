/** Scripts of approved skills that run by themselves: no turn, no model, nobody who could be asked. */
import { type Failed, failed } from '../../agent/index.ts';
import { listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import { didYouMean } from '../../base/text.ts';
import type { FoundScript, ScriptAsker, ScriptRan, SkillDeps, SkillScripts } from '../../chat/index.ts';
import type { Workspaces } from '../../sandbox/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { type SkillHost, type View, Views } from '../live/host.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { type Bundle, bundleOf, mayRunUnasked } from './bundle.ts';
import { deniedBy, READ_RESOURCE } from './deps.ts';
import { type Script, scriptIn } from './run.ts';
import { lookAt } from './trusted.ts';

export interface UnaskedDeps {
  host: SkillHost;
  gate: SkillDeps['people']['gate'];
  database: Pick<Database, 'read'>;
  settings: SkillDeps['sandbox']['settings'];
  hasImage: SkillDeps['sandbox']['hasImage'];
  workspaces: Pick<Workspaces, 'alone'>;
}

const LARGEST_FILE = 256 * 1024;
const RUN_TOOL = { kind: 'tool', name: 'skill_run', skill: 'skills' } as const;

/** Runs scripts without a turn. The pin holds: of a skill that has changed since an owner approved it nothing runs. */
export function skillScripts(deps: UnaskedDeps): SkillScripts {
  const { host, database } = deps;
  const views = new Views(host);
  const denied = deniedBy(deps.gate);
  const reader = readerOf(database);

  const usable = (name: string, asker: ScriptAsker): AgentSkill | Failed => {
    const view = views.viewOf(undefined);
    const skill = view.snapshot.skills.get(name);
    if (!skill || denied(view, asker).has(name))
      return failed('NOT_FOUND', texts.noSkillNamed(name, nearIn(view, name)));
    const why = view.decisions.resting.get(name);
    return why === undefined ? view.files.inForce(skill) : failed('REVOKED', texts.rests(name, why));
  };

  const approved = async (skill: AgentSkill, signal: AbortSignal): Promise<Bundle | Failed> => {
    const bundle = await bundleOf(reader, skill, signal);
    if (bundle.ok && mayRunUnasked(skill, bundle.trust)) return bundle;
    // A skill that was approved once says that it has changed.
    if (!bundle.ok && (await lookAt(reader, skill, signal)).kind !== 'first') return bundle;
    return failed('NEEDS_APPROVAL', texts.runsUnasked(skill.name));
  };

  const scriptOf = async (
    { skill: name, script }: Pick<FoundScript, 'skill' | 'script'>,
    asker: ScriptAsker,
    signal: AbortSignal,
  ) => {
    if (!deps.gate.may(asker, RUN_TOOL)) return failed('DENIED', texts.mayNotRun());
    const skill = usable(name, asker);
    if ('ok' in skill) return skill;
    const bundle = await approved(skill, signal);
    if (!bundle.ok) return bundle;
    const scriptFile = scriptIn(bundle, withEnding(bundle, script));
    return 'code' in scriptFile ? scriptFile : { bundle, script: scriptFile };
  };

  return {
    fileTool: { name: READ_RESOURCE, skill: 'skills' },
    async find(asked, asker, signal) {
      // A command works without a daemon: nobody has read the folders yet.
      if (host.catalog.current().version === 0) await host.rescan();
      const view = views.viewOf(undefined);
      const named = asked.trim();
      const place = placeOf(view, named) ?? (await placeByScript(view, named, denied(view, asker), signal));
      if (!place || 'ok' in place) return place ?? failed('NOT_FOUND', texts.noScriptNamed(named));
      const target = await scriptOf(place, asker, signal);
      if (!('bundle' in target)) return target;
      const script = target.script.path.slice('scripts/'.length);
      return { ok: true, id: `${place.skill}/${script}`, skill: place.skill, script, hash: target.bundle.hash };
    },
    async run({ id, args, input, ...asker }, signal) {
      if (host.catalog.current().version === 0) await host.rescan();
      const place = placeOf(views.viewOf(undefined), id);
      if (!place) return failed('NOT_FOUND', texts.noScriptNamed(id));
      const target = await scriptOf(place, asker, signal);
      if (!deps.settings.enabled && 'bundle' in target) return failed('SANDBOX_OFF', texts.codeIsOff());
      return 'bundle' in target ? runAlone(deps, target, { args, input, ...asker }, signal) : target;
    },
    async readFile({ skill: name, path, ...asker }, signal) {
      signal.throwIfAborted();
      const skill = usable(name, asker);
      if ('ok' in skill) return skill;
      if (skill.directory === undefined) return failed('NOT_FOUND', texts.noFiles(name));
      const read = await readInside(skill.directory, path, { maxBytes: LARGEST_FILE });
      if (!read.ok) return failed('NOT_FOUND', texts.noFileThere(name, path));
      return { ok: true, text: read.content.toString() };
    },
  };
}

const nearIn = ({ snapshot }: View, name: string) => didYouMean(name, [...snapshot.skills.keys()]);

/** `skill/script`: the longest name of a skill that it begins with. */
function placeOf({ snapshot }: View, named: string): ScriptPlace | undefined {
  const parts = named.split('/');
  for (let count = parts.length - 1; count > 0; count--) {
    const skill = parts.slice(0, count).join('/');
    if (snapshot.skills.has(skill))
      return {
        skill,
        script: parts
          .slice(count)
          .join('/')
          .replace(/^scripts\//, ''),
      };
  }
  return undefined;
}

interface ScriptPlace {
  skill: string;
  script: string;
}

/** A script by its name alone: of the skill that has this name, else of the only skill that has such a script. */
async function placeByScript(
  { snapshot }: View,
  named: string,
  denied: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ScriptPlace | Failed | undefined> {
  if (!/^[\w.-]{1,100}$/.test(named)) return undefined;
  const matches: ScriptPlace[] = [];
  for (const { name, directory, source } of snapshot.skills.values()) {
    if (directory === undefined || denied.has(name) || (isTrusted(source) && name !== named)) continue;
    const scripts = await scriptsIn(directory, signal);
    const fitting = scripts.filter((script) => script === named || stem(script) === named);
    const own = fitting.length === 0 && name === named && scripts.length === 1 ? scripts : fitting;
    const places = own.map((script) => ({ skill: name, script }));
    if (name === named && places.length === 1) return places[0];
    matches.push(...places);
  }
  const ids = matches.map(({ skill, script }) => `${skill}/${script}`);
  return matches.length > 1 ? failed('AMBIGUOUS', texts.severalScripts(named, ids)) : matches[0];
}

/** `disk-check` stands for the only script of this name, whatever its ending. */
function withEnding({ files }: Bundle, script: string): string {
  const path = `scripts/${script}`;
  const fitting = files.filter((file) => file.path.startsWith(`${path}.`));
  const [only] = fitting;
  return only && fitting.length === 1 && !files.some((file) => file.path === path)
    ? only.path.slice('scripts/'.length)
    : script;
}

const stem = (script: string) => script.replace(/^.*\//, '').replace(/\.[^.]+$/, '');

async function scriptsIn(directory: string, signal: AbortSignal): Promise<string[]> {
  const { files } = await listInside(directory, { gitignore: true, signal });
  return files.flatMap(({ path }) => (path.startsWith('scripts/') ? [path.slice('scripts/'.length)] : []));
}

interface FoundFiles {
  bundle: Bundle;
  script: Script;
}

/** In a container of its own: nothing of another run is in it, and secrets of one are never near another. */
async function runAlone(
  { host, hasImage, workspaces }: UnaskedDeps,
  { bundle, script: { path, runner } }: FoundFiles,
  {
    personId,
    spaceId,
    args,
    input,
  }: Pick<Parameters<SkillScripts['run']>[0], 'personId' | 'spaceId' | 'args' | 'input'>,
  signal: AbortSignal,
): Promise<ScriptRan | Failed> {
  const { skill } = bundle;
  const values = await host.secrets.valuesFor(skill, { personId, spaceId });
  const missing = skill.secrets.find(({ name, required }) => required && values[name] === undefined);
  if (missing) return failed('MISSING_SECRET', texts.missingSecret(skill.name, missing.name));
  const isSecure = Object.keys(values).length > 0;
  if (isSecure && args.length > 0) return failed('NO_ARGUMENTS', texts.noArguments(skill.name));
  const workspace = workspaces.alone();
  const { image } = await host.images.imageOf(skill, hasImage);
  try {
    const ran = await workspace.run([...runner.command, `/skills/${skill.name}/${path}`, ...args], {
      image,
      cwd: `/skills/${skill.name}`,
      env: { ...values, PYTHONDONTWRITEBYTECODE: '1' },
      secrets: Object.values(values),
      skills: [bundle],
      ...(input !== undefined && { stdin: JSON.stringify(input) }),
      signal,
    });
    if (!ran.ok) return failed(ran.code, ran.message, { remedy: ran.remedy });
    const { stdout, stderr, exitCode, timedOut, oomKilled } = ran;
    return {
      ok: true,
      exitCode,
      stdout: stdout.text,
      stderr: stderr.text,
      bytes: stdout.bytes,
      hash: stdout.whole?.hash,
      isCut: stdout.isCut,
      ended: timedOut ? 'late' : oomKilled ? 'memory' : 'itself',
    };
  } finally {
    await workspace.close();
  }
}
