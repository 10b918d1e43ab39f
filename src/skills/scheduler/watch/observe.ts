/** Looks at a source once. Failures of the source are values. */
import type { Failed } from '../../../agent/index.ts';
import type { Json } from '../../../base/json.ts';
import { shorten } from '../../../base/text.ts';
import type { PeopleDeps, ScriptAsker, ScriptRan, SkillPorts } from '../../../chat/index.ts';
import { appointmentsIn } from '../../../media/index.ts';
import { refusalOf, refusalOfTool } from './allowed.ts';
import type { Observation } from './evaluate.ts';
import type { Source } from './rule.ts';
import { texts } from './texts.ts';

export type Sighting = Observation & {
  /** The same look may go well a little later. */
  mayPass?: boolean;
  bytes?: number;
  /** Something comes then that is to be seen before the next look that is planned. */
  lookAt?: Date;
};

export type ObserveDeps = Pick<SkillPorts, 'scripts' | 'pages' | 'servers'> & Pick<PeopleDeps, 'gate'>;

export interface LookContext {
  asker: ScriptAsker;
  signal: AbortSignal;
  now: Date;
  zone: string;
  /** The value that a hook was sent. */
  hookText: string | undefined;
}

type Looks = { [K in Source['kind']]: (deps: ObserveDeps, source: Of<K>, ctx: LookContext) => Promise<Sighting> };
type Of<K extends Source['kind']> = Extract<Source, { kind: K }>;

const LOOKS: Looks = {
  script: runScript,
  web_watch: readPage,
  feed: readFeed,
  mcp: askServer,
  hook: readHook,
  file: readFile,
  appointment: readCalendar,
};

/** Nothing is looked at that its person may not use (any more). */
export async function observe(deps: ObserveDeps, source: Source, ctx: LookContext): Promise<Sighting> {
  const refused = refusalOf(deps, source, ctx.asker);
  if (refused) return failedSighting(refused);
  return (LOOKS[source.kind] as (deps: ObserveDeps, source: Source, ctx: LookContext) => Promise<Sighting>)(
    deps,
    source,
    ctx,
  );
}

/** The readable text of a page in its paragraphs, so that a change says what has changed. */
async function readPage({ pages }: ObserveDeps, { url, part }: Of<'web_watch'>, { signal }: LookContext) {
  const page = await pages.readText(url, signal);
  if (!page.ok) return failedSighting(page);
  const parts = partsOf(page.text, part);
  if (part !== undefined && parts.length === 0)
    return { ok: false as const, sign: 'no part', message: texts.noPart(part) };
  const text = parts.join('\n');
  const items = parts.map((each) => ({ id: each, text: each }));
  return { ok: true as const, text, language: page.language, items, isWhole: true };
}

/** Paragraphs of a page; with words those that have them. */
export function partsOf(text: string, part: string | undefined): string[] {
  const wanted = part?.toLowerCase();
  return text
    .split(/\n{2,}|\n(?=[-*#|])/)
    .map((each) => each.trim())
    .filter((each) => each !== '' && (wanted === undefined || each.toLowerCase().includes(wanted)))
    .slice(0, MOST_PARTS);
}

async function readHook(_: ObserveDeps, { field }: Of<'hook'>, { hookText }: LookContext): Promise<Sighting> {
  if (hookText === undefined) return { ok: false, sign: 'no field', message: texts.noField(field), isOfOther: true };
  return { ok: true, text: hookText, ...(/^\s*[[{]/.test(hookText) && { isGroup: true }) };
}

async function readFeed({ pages }: ObserveDeps, { url }: Of<'feed'>, { signal }: LookContext): Promise<Sighting> {
  const feed = await pages.readFeed(url, signal);
  if (!feed.ok) return failedSighting(feed);
  const text = feed.entries.map((each) => each.text).join('\n');
  const more = feed.more > 0 ? [{ id: 'more', text: texts.moreEntries(feed.more) }] : [];
  return { ok: true, text, items: [...feed.entries, ...more] };
}

/** Appointments that begin within the time ahead, and when the next one after these comes so near. */
async function readCalendar(
  { pages }: ObserveDeps,
  { url, minutes }: Of<'appointment'>,
  { signal, now, zone }: LookContext,
): Promise<Sighting> {
  const read = await pages.readCalendar(url, signal);
  if (!read.ok) return failedSighting(read);
  const ms = minutes * 60_000;
  const to = new Date(now.getTime() + ms + DAY_MS);
  const { coming, unread } = await appointmentsIn(read.calendar, { from: now, to, zone });
  const near = coming.filter(({ at }) => at.getTime() - ms <= now.getTime());
  const items = [
    ...near.map(({ id, title, at }) => ({ id, text: texts.appointment(title, at, { now, zone }) })),
    ...unread.map((each) => ({ id: each.id, text: texts.unreadAppointment(each) })),
  ];
  const [next] = coming.filter(({ at }) => at.getTime() - ms > now.getTime());
  const text = items.map((each) => each.text).join('\n');
  return { ok: true, text, items, isNews: true, ...(next && { lookAt: new Date(next.at.getTime() - ms) }) };
}

async function askServer(
  { servers, gate }: ObserveDeps,
  { server, tool, input }: Of<'mcp'>,
  { signal, asker }: LookContext,
): Promise<Sighting> {
  // The server may have been started for this call: only then is it known what the tool does.
  const answer = await servers.call({ server, tool, input: input as Record<string, Json> }, signal, (offered) =>
    refusalOfTool({ gate, servers }, offered, asker),
  );
  if (answer.ok) return { ok: true, text: answer.text };
  const { message, isTransient, mayHaveRun } = answer;
  return { ok: false, sign: signOf(message), message, mayPass: isTransient && !mayHaveRun };
}

async function readFile({ scripts }: ObserveDeps, { skill, path }: Of<'file'>, { asker, signal }: LookContext) {
  const file = await scripts.readFile({ ...asker, skill, path }, signal);
  return file.ok ? { ok: true as const, text: file.text } : failedSighting(file);
}

const DAY_MS = 86_400_000;
const MOST_PARTS = 400;

/** Failures of the sandbox and of services before anything was done. A script whose sandbox has ended may have had its effect. */
const MAY_PASS: ReadonlySet<string> = new Set([
  'SANDBOX_UNREACHABLE',
  'SANDBOX_ENGINE',
  'UNAVAILABLE',
  'EGRESS_UNREACHABLE',
  'EGRESS_TIMEOUT',
  'RATE_LIMITED',
  'TIMEOUT',
]);

function failedSighting({ code, message }: Pick<Failed, 'message'> & { code: string }): Sighting {
  return { ok: false, sign: code, message, mayPass: MAY_PASS.has(code) };
}

async function runScript(
  { scripts }: ObserveDeps,
  { script: id, args, input }: Of<'script'>,
  { asker, signal }: LookContext,
): Promise<Sighting> {
  const ran = await scripts.run({ ...asker, id, args, ...(input !== undefined && { input }) }, signal);
  return ran.ok ? sightingOf(ran) : failedSighting(ran);
}

/** Numbers change from one failure to the next of the same kind: they are not part of what it is. */
const signOf = (text: string): string => text.replace(/\d+/g, '#').slice(0, 300);

function sightingOf({ exitCode, stdout, stderr, bytes, isCut, hash, ended }: ScriptRan): Sighting {
  const text = isCut ? `${stdout.trimEnd()}\n${texts.cut(bytes)}` : stdout;
  if (ended === 'itself' && exitCode === 0) return { ok: true, text, hash, bytes };
  const output = stderr.trim() || stdout.trim();
  const sign = `${ended} ${exitCode} ${signOf(output)}`;
  return {
    ok: false,
    sign,
    message: `${texts.ended[ended](exitCode)}${output === '' ? '' : `\n${shorten(output, 1_500)}`}`,
    bytes,
  };
}
