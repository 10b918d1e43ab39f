import { api, ask } from '../api/client.ts';
import { useLoad } from '../app/load.ts';
import { useSearched } from '../app/settled.ts';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';

/** Every setting with its value, where it comes from, and what it is for; changed in the file alone. */
export function Settings() {
  const loaded = useLoad('settings', () => ask(api.GET('/v1/system/settings')));
  const [words, setWords] = useSearched('find');
  const wanted = words.trim().toLowerCase();
  return (
    <Section>
      <Field label="Find a setting" value={words} onValue={setWords} type="search" />
      <LoadView loaded={loaded}>
        {({ file, settings }) => {
          const matches = settings.filter(({ path, about }) => `${path} ${about ?? ''}`.toLowerCase().includes(wanted));
          return (
            <>
              <p class="faint section">
                {file === null
                  ? 'There is no configuration file: everything is as it comes.'
                  : `They are set in ${file}.`}{' '}
                Secrets are hidden.
              </p>
              {matches.length === 0 && <Empty>No setting has these words.</Empty>}
              <ul class="list">
                {matches.map(({ path, value, source, about }) => (
                  <li key={path} class="row">
                    <span class="what">
                      <code>{path}</code>
                      {about !== null && <span class="under"> {about}</span>}
                    </span>
                    <code>{value}</code>
                    <span class="aside">{source}</span>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </LoadView>
    </Section>
  );
}
