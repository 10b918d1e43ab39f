import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { plural } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { act, say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Specialist = Json<'/v1/specialists'>['specialists'][number];
type Detail = Json<'/v1/specialists/{name}'>;

const STATES: Readonly<Record<Specialist['state'], string>> = {
  known: 'in use',
  new: 'new: waits for your look',
  waits: 'changed: waits for your look',
  disabled: 'switched off',
};

/** Helpers with words and tools of their own; one from a folder is read before it is trusted. */
export function Specialists() {
  const loaded = useLoad('specialists', () => ask(api.GET('/v1/specialists')), ['skills']);
  const [read, setRead] = useState<Detail>();
  const open = (name: string) =>
    act(async () => {
      setRead(await ask(api.GET('/v1/specialists/{name}', { params: { path: { name } } })));
    });
  const trust = async ({ name, hash }: Detail) => {
    if (hash === null) return;
    await ask(api.POST('/v1/specialists/{name}/trust', { params: { path: { name } }, body: { hash } }));
    say(`${name} is trusted as it is now.`);
    loaded.reload();
  };
  return (
    <Section title="Specialists">
      <LoadView loaded={loaded}>
        {({ specialists, problems }) => (
          <>
            {problems.map(({ where, message }) => (
              <p key={where + message} class="failure">
                {where}: {message}
              </p>
            ))}
            {specialists.length === 0 && <Empty>There are none.</Empty>}
            <ul class="list">
              {specialists.map(({ name, description, state, tools }) => (
                <Row
                  key={name}
                  label={name}
                  buttons={[{ label: 'Read', icon: 'search', key: 'Enter', run: () => void open(name) }]}
                >
                  <span class="what">
                    {name} <span class="under">{description}</span>
                  </span>
                  <span class="aside one-line" title={tools.join(', ')}>
                    {plural(tools.length, 'tool')}
                  </span>
                  <span class={`tag ${state === 'new' || state === 'waits' ? 'warn' : ''}`}>{STATES[state]}</span>
                </Row>
              ))}
            </ul>
          </>
        )}
      </LoadView>
      {read && (
        <Question
          title={read.name}
          yes={read.hash !== null && !read.isApproved ? 'Trust it' : 'Close'}
          onClose={() => setRead(undefined)}
          onYes={() => (read.isApproved ? undefined : trust(read))}
        >
          <pre class="diff">{read.text}</pre>
        </Question>
      )}
    </Section>
  );
}
