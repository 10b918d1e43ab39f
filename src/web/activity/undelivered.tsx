import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { platformName } from '../chat/list.tsx';
import { WordButtons } from '../parts/button.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Letters = Json<'/v1/undelivered'>;
type Letter = Letters['letters'][number];

/** Parts that a platform did not take, with what to do about them. */
export function Undelivered() {
  const loaded = useLoad('undelivered', () => ask(api.GET('/v1/undelivered')), ['undelivered']);
  return (
    <LoadView loaded={loaded}>
      {({ letters, total }) => (
        <Section title={total > letters.length ? `The newest of ${total}` : 'Not delivered'}>
          {letters.length === 0 && <Empty>Everything could be delivered.</Empty>}
          <ul>
            {letters.map((letter) => (
              <LetterView key={letter.id} letter={letter} loaded={loaded} />
            ))}
          </ul>
        </Section>
      )}
    </LoadView>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  answer: 'An answer',
  reminder: 'A reminder',
  approval: 'A question',
  notice: 'A message',
  error: 'Word of something that failed',
};

function LetterView({ letter, loaded }: { letter: Letter; loaded: LoadState<Letters> }) {
  const { id, at, platform, kind, to, yours, text, why, error } = letter;
  const params = { path: { id } };
  const what = `${KINDS[kind] ?? 'A message'} for ${yours ? 'you' : (to ?? 'everybody there')}`;
  const drop = (run: () => Promise<unknown>, done: string) => {
    loaded.patch(({ letters, total }) => ({ letters: letters.filter((each) => each.id !== id), total: total - 1 }));
    void act(run, { done, back: loaded.reload });
  };
  const acts: Act[] = [
    {
      label: 'Send again',
      icon: 'again',
      isFirst: true,
      run: () => drop(() => ask(api.POST('/v1/undelivered/{id}/resend', { params })), 'It will be sent again.'),
    },
    {
      label: 'Give up',
      icon: 'x',
      run: () => drop(() => ask(api.POST('/v1/undelivered/{id}/discard', { params })), 'Given up.'),
    },
  ];
  return (
    <Row class="card asked" label={what} acts={acts}>
      <p>
        <b>{what}</b>{' '}
        <span class="faint small">
          {platformName(platform)}, {whenText(at)}
        </span>
      </p>
      {text !== null && (
        <p class="plain-text" dir="auto">
          {text}
        </p>
      )}
      <p class="bad">{why ?? 'No reason is known.'}</p>
      {error !== null && error !== why && (
        <details>
          <summary>Details</summary>
          <pre class="diff">{error}</pre>
        </details>
      )}
      <div class="buttons">
        <WordButtons acts={acts} />
      </div>
    </Row>
  );
}
