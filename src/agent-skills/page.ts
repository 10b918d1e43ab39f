import { plural, shorten } from '../base/text.ts';
import type { Figure, Page, PageRow, PageSection, Tone } from '../chat/index.ts';
import { personById } from '../people/index.ts';
import type { ListedSecret } from '../secrets/index.ts';
import type { Queryable } from '../storage/index.ts';
import { formatInstant, type Reader } from '../time/index.ts';
import { trustTexts } from '../trust/index.ts';
import { lastMeasured, learnedWords } from './find/store.ts';
import type { SkillHost } from './live/host.ts';
import type { AgentSkill, Diagnostic } from './skill.ts';
import { uses } from './store.ts';
import { inquireAbout } from './use/trusted.ts';

const MOST = 200;
const LONGEST_DESCRIPTION = 200;
const TONES: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn' };

/** Further facts for the page. */
export interface PageFacts {
  /** Runs of each skill by how they ended. */
  outcomes?: (db: Queryable) => Promise<ReadonlyMap<string, Outcome>>;
}

interface Outcome {
  done: number;
  failed: number;
}

export function skillsPage(host: SkillHost, facts: PageFacts): Page {
  return {
    path: '/skills',
    title: 'Skills',
    scope: 'admin',
    async load(reader) {
      const { db } = reader;
      const sections = [
        await figures(host),
        await measuredSection(db, reader),
        await draftsTable(db, host),
        await skillsTable(db, host, facts),
        foldersTable(host),
        ...(await secretSections(db, host)),
      ];
      return sections.flatMap((section) => section ?? []);
    },
  };
}

async function figures(host: SkillHost): Promise<PageSection> {
  const { skills, invalid } = host.catalog.current();
  const { drafts } = host.decisions.current;
  const items: Figure[] = [
    { label: 'In use', value: `${skills.size - drafts.size}` },
    { label: 'Drafts', value: `${drafts.size}`, ...(drafts.size > 0 && { tone: 'warn' }) },
    { label: 'Cannot be used', value: `${invalid.length}`, ...(invalid.length > 0 && { tone: 'bad' }) },
  ];
  return { kind: 'figures', title: 'Totals', items };
}

async function measuredSection(db: Queryable, reader: Reader): Promise<PageSection> {
  const last = await lastMeasured(db);
  const title = 'Routing';
  if (!last) {
    const none = 'Nobody has measured it: “coda skills metrics --golden FILE” does.';
    return { kind: 'table', title, columns: [], rows: [], none };
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const { file, at, requests, accuracyAt1, accuracyAt5, mrr, forNone, offeredForNothing } = last;
  return {
    kind: 'figures',
    title: `${title}: ${plural(requests, 'request')} of ${file}, ${formatInstant(at, reader)}`,
    items: [
      { label: 'The right one first', value: percent(accuracyAt1) },
      { label: 'Among five', value: percent(accuracyAt5) },
      { label: 'Mean reciprocal rank', value: mrr.toFixed(3) },
      { label: 'Offered for nothing', value: `${offeredForNothing} of ${forNone}` },
    ],
  };
}

interface Facts {
  uses: number;
  outcome: Outcome | undefined;
  words: number;
}

async function skillsTable(db: Queryable, host: SkillHost, { outcomes }: PageFacts): Promise<PageSection> {
  const { skills, invalid, disabled } = host.catalog.current();
  const [used, ended, learned] = [await uses(db), await outcomes?.(db), await learnedWords(db)];
  const factsOf = (name: string): Facts => ({
    uses: used.get(name) ?? 0,
    outcome: ended?.get(name),
    words: learned.get(name) ?? 0,
  });
  const all = [
    ...invalid.map((each) => ({ skill: each, state: { text: 'cannot be used', tone: 'bad' as const } })),
    ...[...skills.values()].map((skill) => ({ skill, state: stateOf(skill.name, host) })),
    ...disabled.map((skill) => ({ skill, state: { text: 'switched off', tone: 'warn' as const } })),
  ];
  const title = all.length > MOST ? `${MOST} of ${plural(all.length, 'skill')}` : 'Agent skills';
  const columns = ['Skill', 'State', 'What it is for', 'Uses', 'Outcomes', 'Feedback', 'Diagnostics'];
  const rows = all.slice(0, MOST).map(({ skill, state }) => rowOf(skill, state, factsOf(skill.name)));
  return { kind: 'table', title, columns, rows, none: 'There are none.' };
}

function stateOf(name: string, host: SkillHost): { text: string; tone: Tone } {
  const { drafts, blocked, deprecated, resting } = host.decisions.current;
  if (resting.has(name)) return { text: 'revoked', tone: 'bad' };
  if (drafts.has(name)) return { text: 'draft', tone: 'warn' };
  if (blocked.has(name)) return { text: 'needs an approval', tone: 'warn' };
  if (deprecated.has(name)) return { text: 'deprecated', tone: 'warn' };
  return { text: 'in use', tone: 'good' };
}

function rowOf(
  { name, directory, description, diagnostics }: AgentSkill,
  state: { text: string; tone: Tone },
  { uses, outcome, words }: Facts,
): PageRow {
  const worst = diagnostics.find(({ level }) => level === 'error') ?? diagnostics[0];
  const found = diagnostics.map(sayDiagnostic).join(' ');
  const tone = worst && TONES[worst.level];
  const wrong = tone === undefined ? found : { text: found, tone };
  const came = outcome === undefined ? '' : `${outcome.done} done, ${outcome.failed} failed`;
  const cells = [
    name || (directory ?? '?'),
    state,
    shorten(description, LONGEST_DESCRIPTION),
    uses === 0 ? '' : `${uses}`,
    came,
    words === 0 ? '' : `${words} learned`,
    wrong,
  ];
  return { id: `${directory ?? ''} ${name}`, cells };
}

function foldersTable({ catalog }: SkillHost): PageSection | undefined {
  const rows = catalog
    .current()
    .diagnostics.slice(0, MOST)
    .map(({ code, message, file }, index): PageRow => ({ id: `${index}`, cells: [code, message, file] }));
  if (rows.length === 0) return undefined;
  return { kind: 'table', title: 'Folders', columns: ['Code', 'Finding', 'Where'], rows, none: '' };
}

function sayDiagnostic({ code, message, line }: Diagnostic): string {
  return `${message} (${code}${line === undefined ? '' : `, line ${line}`})`;
}

/** The files of each are read at every look. */
const MOST_DRAFTS = 20;

async function draftsTable(db: Queryable, host: SkillHost): Promise<PageSection | undefined> {
  const { skills } = host.catalog.current();
  const all = [...host.decisions.current.drafts].flatMap((name) => skills.get(name) ?? []);
  if (all.length === 0) return undefined;
  const rows: PageRow[] = [];
  for (const skill of all.slice(0, MOST_DRAFTS)) rows.push(await draftRow(db, skill));
  const title = all.length > rows.length ? `${rows.length} of ${plural(all.length, 'draft')}` : 'Drafts';
  return { kind: 'table', title, columns: ['Draft', 'As it is now'], rows, none: '' };
}

async function draftRow(db: Queryable, skill: AgentSkill): Promise<PageRow> {
  const { name } = skill;
  const found = await inquireAbout(db, skill);
  if (typeof found === 'string') return { id: name, cells: [name, { text: found, tone: 'bad' }] };
  const activate = {
    ...({ label: 'Activate', method: 'POST', path: '/skills/activate', style: 'primary' } as const),
    body: { name, hash: found.pin.hash },
    confirm: `Offer ${name} from now on, as its files are?`,
    done: `${name} is offered from now on, as its files are.`,
  };
  return { id: name, cells: [name, { code: trustTexts.inquest(found).replaceAll('**', '') }], actions: [activate] };
}

const MOST_SECRETS = 200;
const MOST_SUGGESTED = 500;

/** The names of the values that are set, and a form that sets one; no value is ever shown. */
async function secretSections(db: Queryable, host: SkillHost): Promise<PageSection[]> {
  const kept = await host.secrets.list();
  const missing = missingOf(host, kept);
  const rows = [
    ...missing.map(({ skill, name }) => ({
      id: `${skill} ${name} missing`,
      cells: [skill, name, 'everybody', { text: 'not set', tone: 'warn' as const }],
    })),
    ...(await setRows(db, kept.slice(0, MOST_SECRETS))),
  ];
  const title = kept.length > MOST_SECRETS ? `${MOST_SECRETS} of ${plural(kept.length, 'secret')}` : 'Secrets';
  const columns = ['Of', 'Name', 'For', 'Since'];
  return [
    { kind: 'table', title, columns, rows, none: 'None are set, and no skill asks for one.' },
    formOf(host, kept, missing),
  ];
}

interface NamedSkill {
  skill: string;
  name: string;
}

function missingOf({ catalog }: SkillHost, kept: readonly ListedSecret[]): NamedSkill[] {
  const known = new Set(kept.map(({ skill, name }) => `${skill} ${name}`));
  return [...catalog.current().skills.values()]
    .flatMap(({ name: skill, secrets }) => secrets.map(({ name }) => ({ skill, name })))
    .filter(({ skill, name }) => !known.has(`${skill} ${name}`))
    .slice(0, MOST_SECRETS);
}

async function setRows(db: Queryable, kept: readonly ListedSecret[]): Promise<PageRow[]> {
  const names = new Map<string, string>();
  for (const id of new Set(kept.flatMap(({ person }) => person ?? []))) {
    names.set(id, (await personById(db, id))?.name ?? id);
  }
  return kept.map(({ skill, name, person, space, updatedAt }): PageRow => {
    const whose = person !== null ? (names.get(person) ?? person) : (space ?? 'everybody');
    const body = { skill, name, ...(person !== null && { person }), ...(space !== null && { space }) };
    const remove = {
      ...({ label: 'Remove', method: 'POST', path: '/skills/secrets/remove', style: 'danger' } as const),
      body,
      confirm: `Remove ${name} of ${skill}? Nobody can bring the value back.`,
      done: `${name} of ${skill} is removed.`,
    };
    return {
      id: `${skill} ${name} ${person ?? space ?? ''}`,
      cells: [skill, name, whose, { at: new Date(updatedAt) }],
      actions: [remove],
    };
  });
}

function formOf({ catalog }: SkillHost, kept: readonly ListedSecret[], missing: readonly NamedSkill[]): PageSection {
  const asking = [...catalog.current().skills.values()].filter(({ secrets }) => secrets.length > 0);
  const skills = new Set([...asking.map(({ name }) => name), 'connectors', ...kept.map(({ skill }) => skill)]);
  const names = new Set([...missing, ...kept].map(({ name }) => name));
  return {
    kind: 'form',
    title: 'Set a secret',
    note: 'It is sealed as by “coda secrets set”, takes the place of the value before, and is never shown again.',
    fields: [
      { name: 'skill', label: 'Skill, or connectors', kind: 'text', suggestions: [...skills].slice(0, MOST_SUGGESTED) },
      { name: 'name', label: 'Name', kind: 'text', suggestions: [...names].slice(0, MOST_SUGGESTED) },
      { name: 'value', label: 'Value', kind: 'secret' },
      { name: 'person', label: 'For this person only', kind: 'text', isOptional: true },
      { name: 'space', label: 'For this space only', kind: 'text', isOptional: true },
    ],
    send: { label: 'Set', path: '/skills/secrets', done: 'The secret is set.' },
  };
}
