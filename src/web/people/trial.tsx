import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { useLoad } from '../app/load.ts';
import { keepFilter, query } from '../app/router.ts';
import { Select } from '../parts/field.tsx';
import { LoadView, Section } from '../parts/page.tsx';

type Tool = Json<'/v1/tools'>['tools'][number];
type People = Json<'/v1/people'>['people'];
type Whose = 'own' | 'others';
type Tried = Json<'/v1/people/{id}/may'>;

const OUTCOMES: Readonly<Record<Tried['outcome'], string>> = {
  allowed: 'Yes.',
  asks: 'Yes, and it is asked first.',
  denied: 'No.',
};

/** “May Bo delete a note of somebody else?”, answered as soon as it is chosen. */
export function Trial() {
  const people = useLoad('people', () => ask(api.GET('/v1/people')), ['people']);
  const tools = useLoad('tools', () => ask(api.GET('/v1/tools')));
  return (
    <Section title="Would they be allowed?">
      <LoadView loaded={people}>
        {({ people: all }) => (
          <LoadView loaded={tools}>
            {(list) => <Sentence people={all} tools={list.tools.filter((each) => each.for_models)} />}
          </LoadView>
        )}
      </LoadView>
    </Section>
  );
}

const OWN_FIRST = 'What a person keeps';

/** Acts by their skills; those on a person's own things come first. */
function groupsOf(tools: readonly Tool[]): (readonly [name: string, tools: readonly Tool[]])[] {
  const nameOf = ({ own_things: isOwn, skill }: Tool) => (isOwn ? OWN_FIRST : (skill ?? 'coda'));
  const names = [...new Set(tools.map(nameOf))].sort((one, other) =>
    one === OWN_FIRST ? -1 : other === OWN_FIRST ? 1 : one.localeCompare(other),
  );
  return names.map((name) => [name, tools.filter((each) => nameOf(each) === name)]);
}

function Sentence({ people, tools }: { people: People; tools: readonly Tool[] }) {
  // The question stands in the address, so that it is there again after a reload or by *Back*.
  const person = query.value.get('person') ?? people[0]?.id ?? '';
  const name = query.value.get('tool') ?? groupsOf(tools)[0]?.[1][0]?.name ?? '';
  const whose: Whose = query.value.get('whose') === 'others' ? 'others' : 'own';
  const tool = tools.find((each) => each.name === name);
  const isOwn = tool?.own_things ?? false;
  return (
    <>
      <div class="filters">
        <Select label="May" value={person} onValue={(value) => keepFilter('person', value)}>
          {people.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
        <Select label="do this" value={name} onValue={(value) => keepFilter('tool', value)}>
          {groupsOf(tools).map(([group, acts]) => (
            <optgroup key={group} label={group}>
              {acts.map((each) => (
                <option key={each.name} value={each.name}>
                  {each.does}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
        {isOwn && (
          <Select label="with what is" value={whose} onValue={(value) => keepFilter('whose', value)}>
            <option value="own">their own</option>
            <option value="others">somebody else’s</option>
          </Select>
        )}
      </div>
      {person !== '' && tool && <Answer person={person} tool={tool} whose={isOwn ? whose : 'own'} />}
    </>
  );
}

function Answer({
  person,
  tool: { name, does, own_things: isOwn },
  whose,
}: {
  person: string;
  tool: Tool;
  whose: Whose;
}) {
  const answer = useLoad(
    `may ${person} ${name} ${whose}`,
    () => ask(api.GET('/v1/people/{id}/may', { params: { path: { id: person }, query: { tool: name, whose } } })),
    ['people'],
  );
  const beside = isOwn ? ` — ${whose === 'own' ? 'their own' : 'somebody else’s'}` : '';
  return (
    <LoadView loaded={answer}>
      {({ person: who, outcome, because }) => (
        <div class="card section" role="status">
          <p>
            May <b>{who}</b> <b>{does}</b>
            {beside}? <b>{OUTCOMES[outcome]}</b>
          </p>
          <p>{because}</p>
          <p class="faint small">
            In policies its name is <code>{name}</code>.
          </p>
        </div>
      )}
    </LoadView>
  );
}
