import type { Page, PageRow, Tone } from '../../chat/index.ts';
import type { SkillHost } from './host.ts';
import type { AgentSkill, Diagnostic } from './skill.ts';

const MOST = 200;
const TONES: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn' };

/** The agent skills as they were read last, with what is wrong with them. */
export function page(host: SkillHost): Page {
  return {
    path: '/skills',
    title: 'Skills',
    scope: 'admin',
    async load() {
      const { skills, invalid, disabled, diagnostics } = host.catalog.current();
      const all = [
        ...invalid.map((each) => rowOf(each, { text: 'cannot be used', tone: 'bad' })),
        ...[...skills.values()].map((each) => rowOf(each, { text: 'in use', tone: 'good' })),
        ...disabled.map((each) => rowOf(each, { text: 'switched off', tone: 'warn' })),
      ];
      const title = all.length > MOST ? `${MOST} of ${all.length} skills` : 'Agent skills';
      const folders = diagnostics.slice(0, MOST).map(({ code, message, file }, index): PageRow => {
        return { id: `${index}`, cells: [code, message, file] };
      });
      const columns = ['Skill', 'State', 'What it is for', 'Diagnostics'];
      const list = { kind: 'table', title, columns, rows: all.slice(0, MOST), none: 'There are none.' } as const;
      const wrong = { kind: 'table', title: 'Folders', columns: ['Code', 'Finding', 'Where'], rows: folders } as const;
      return folders.length === 0 ? [list] : [list, { ...wrong, none: '' }];
    },
  };
}

function rowOf(
  { name, directory, description, diagnostics }: AgentSkill,
  state: { text: string; tone: Tone },
): PageRow {
  const worst = diagnostics.find(({ level }) => level === 'error') ?? diagnostics[0];
  const found = diagnostics.map(said).join(' ');
  const tone = worst && TONES[worst.level];
  const wrong = tone === undefined ? found : { text: found, tone };
  return { id: `${directory ?? ''} ${name}`, cells: [name || (directory ?? '?'), state, description, wrong] };
}

function said({ code, message, line }: Diagnostic): string {
  return `${message} (${code}${line === undefined ? '' : `, line ${line}`})`;
}
