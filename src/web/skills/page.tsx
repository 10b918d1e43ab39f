/** Skills: what is installed and what it may do, the market, values they are run with, specialists, proposals. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { plural, whenText } from '../app/format.ts';
import { pagesOf } from '../app/groups.ts';
import { useLoad } from '../app/load.ts';
import { path } from '../app/router.ts';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Page, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Market } from './market.tsx';
import { Proposals } from './proposals.tsx';
import { Secrets } from './secrets.tsx';
import { SkillView } from './skill.tsx';
import { Specialists } from './specialists.tsx';
import { StateTag } from './state.tsx';
import { newerOf, useUpdates } from './updates.tsx';

type Skill = Json<'/v1/skills'>['skills'][number];

export default function SkillsPage() {
  const [, name = ''] = path.value;
  const isTab = pagesOf('skills').some(({ href }) => href === `/skills/${name}`);
  return (
    <Page title="Skills">
      <div class="sheet wide">
        <Tabs label="Skills" tabs={pagesOf('skills')} current={isTab ? `/skills/${name}` : '/skills'} />
        {name === '' && <Installed />}
        {name === '+market' && <Market />}
        {name === '+secrets' && <Secrets />}
        {name === '+specialists' && <Specialists />}
        {name === '+proposals' && <Proposals />}
        {name !== '' && !isTab && <SkillView key={name} name={name} />}
      </div>
    </Page>
  );
}

const WAITING: readonly Skill['state'][] = ['untrusted', 'draft', 'needs_approval'];
const isWaiting = ({ state }: Skill): boolean => WAITING.includes(state);

function Installed() {
  const loaded = useLoad('skills', () => ask(api.GET('/v1/skills')), ['skills']);
  const [words, setWords] = useState('');
  const wanted = words.trim().toLowerCase();
  return (
    <LoadView loaded={loaded}>
      {({ skills, folders, measured }) => {
        const matches = skills.filter(({ name, description }) =>
          `${name} ${description}`.toLowerCase().includes(wanted),
        );
        const waiting = matches.filter(isWaiting);
        const others = matches.filter((skill) => !isWaiting(skill));
        return (
          <>
            <Section>
              <Field label="Find a skill" type="search" value={words} onValue={setWords} />
            </Section>
            {folders.map(({ file, message }) => (
              <p key={file} class="failure section">
                {file}: {message}
              </p>
            ))}
            {waiting.length > 0 && (
              <Section title="Waiting for you">
                <SkillList skills={waiting} />
              </Section>
            )}
            <Section title={plural(others.length, 'skill')}>
              {matches.length === 0 && (
                <Empty>
                  {skills.length === 0
                    ? 'There are none. A folder with a SKILL.md below the data folder’s skills/ is one; the market has more.'
                    : 'No skill has these words.'}
                </Empty>
              )}
              <SkillList skills={others} />
            </Section>
            {measured && <MeasuredView measured={measured} />}
          </>
        );
      }}
    </LoadView>
  );
}

type Measured = NonNullable<Json<'/v1/skills'>['measured']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The last measurement of how well the right skill is found. */
function MeasuredView({ measured }: { measured: Measured }) {
  const { file, at, requests, first, among_five: five, for_none: none, offered_for_none: wrongly } = measured;
  return (
    <Section title="How well they are found">
      <p class="faint small">
        Measured {whenText(at)} with {plural(requests, 'request')} of {file}: the right one came first for{' '}
        {percent(first)}, among five for {percent(five)}. Of {none} for which none is right, {wrongly} got one offered.
      </p>
    </Section>
  );
}

function SkillList({ skills }: { skills: readonly Skill[] }) {
  const { data: updates } = useUpdates();
  return (
    <ul class="list">
      {skills.map((skill) => (
        <Row
          key={skill.name}
          label={skill.name}
          acts={[{ label: 'Open', key: 'Enter', href: `/skills/${encodeURIComponent(skill.name)}` }]}
        >
          <a class="what plain-link" href={`/skills/${encodeURIComponent(skill.name)}`}>
            {skill.name} <span class="under clamped">{skill.description}</span>
          </a>
          {skill.diagnostics.some(({ level }) => level === 'error') && <span class="tag bad">has errors</span>}
          {skill.secrets.some(({ required, set }) => required && !set) && <span class="tag warn">needs a secret</span>}
          <NewerLink update={newerOf(updates, skill.name)} />
          {skill.words_learned > 0 && <span class="aside">{plural(skill.words_learned, 'word')} learned</span>}
          {skill.uses > 0 && <span class="aside">{plural(skill.uses, 'use')}</span>}
          <StateTag state={skill.state} />
        </Row>
      ))}
    </ul>
  );
}

/** To its page, with the update open. */
const NewerLink = ({ update }: { update: ReturnType<typeof newerOf> }) =>
  update ? (
    <a class="tag warn" href={`/skills/${encodeURIComponent(update.id)}?update`}>
      {update.to ?? 'a newer one'} is there
    </a>
  ) : null;
