import type { PageRow, PageSection } from '../../../chat/index.ts';
import { personById } from '../../../people/index.ts';
import type { ListedSecret } from '../../../secrets/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import type { SkillHost } from '../host.ts';

const MOST_SECRETS = 200;
const MOST_SUGGESTED = 500;

/** The names of the values that are set, and a form that sets one; no value is ever shown. */
export async function secretSections(db: Queryable, host: SkillHost): Promise<PageSection[]> {
  const kept = await host.secrets.list();
  const missing = missingOf(host, kept);
  const rows = [
    ...missing.map(({ skill, name }) => ({
      id: `${skill} ${name} missing`,
      cells: [skill, name, 'everybody', { text: 'not set', tone: 'warn' as const }],
    })),
    ...(await setRows(db, kept.slice(0, MOST_SECRETS))),
  ];
  const title = kept.length > MOST_SECRETS ? `${MOST_SECRETS} of ${kept.length} secrets` : 'Secrets';
  const columns = ['Of', 'Name', 'For', 'Since'];
  return [
    { kind: 'table', title, columns, rows, none: 'None are set, and no skill asks for one.' },
    formOf(host, kept, missing),
  ];
}

interface Named {
  skill: string;
  name: string;
}

/** Those that usable skills ask for, and that nobody has set. */
function missingOf({ catalog }: SkillHost, kept: readonly ListedSecret[]): Named[] {
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

function formOf({ catalog }: SkillHost, kept: readonly ListedSecret[], missing: readonly Named[]): PageSection {
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
