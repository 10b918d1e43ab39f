import type { PageRow, PageSection } from '../../../chat/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import { trustTexts } from '../../../trust/index.ts';
import type { SkillHost } from '../host.ts';
import type { AgentSkill } from '../skill.ts';
import { inquireAbout } from '../use/trusted.ts';

/** The files of each are read whenever somebody looks. */
const MOST_DRAFTS = 20;

/** Drafts with what they may do, as `coda skills activate` shows it; undefined where there are none. */
export async function draftsTable(db: Queryable, host: SkillHost): Promise<PageSection | undefined> {
  const { skills } = host.catalog.current();
  const all = [...host.decisions().drafts].flatMap((name) => skills.get(name) ?? []);
  if (all.length === 0) return undefined;
  const rows: PageRow[] = [];
  for (const skill of all.slice(0, MOST_DRAFTS)) rows.push(await draftRow(db, skill));
  const title = all.length > rows.length ? `${rows.length} of ${all.length} drafts` : 'Drafts';
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
