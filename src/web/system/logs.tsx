import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { type Act, useActs } from '../app/acts.ts';
import { addressOf } from '../app/base.ts';
import { clock } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { WordButton } from '../parts/button.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

interface Line {
  at: string | null;
  level: string | null;
  says: string;
  more: string;
}

const MOST = 500;

/** The last lines of the log, filtered; followed where that is wanted. */
export function Logs() {
  const [level, setLevel] = useState<Level>('info');
  const [words, setWords] = useState('');
  const [isFollowed, setFollowed] = useState(false);
  const [fresh, setFresh] = useState<readonly Line[]>([]);
  const end = useRef<HTMLLIElement>(null);
  const query = { level, ...(words !== '' && { q: words }) };
  const loaded = useLoad(`logs ${level} ${words}`, () => ask(api.GET('/v1/system/logs', { params: { query } })));
  useEffect(() => {
    setFresh([]);
    if (!isFollowed) return;
    const stream = new EventSource(addressOf(`/v1/system/logs/events?${new URLSearchParams(query)}`));
    stream.addEventListener('line', ({ data }) =>
      setFresh((before) => [...before, JSON.parse(data) as Line].slice(-MOST)),
    );
    return () => stream.close();
  }, [isFollowed, level, words]);
  useEffect(() => {
    if (isFollowed) end.current?.scrollIntoView({ block: 'nearest' });
  }, [fresh]);
  const follow: Act = {
    label: isFollowed ? 'Stop following' : 'Follow',
    icon: isFollowed ? 'pause' : 'play',
    run: () => setFollowed(!isFollowed),
  };
  useActs([follow]);
  return (
    <Section>
      <div class="filters">
        <Field label="Words" value={words} onValue={setWords} type="search" />
        <Select label="From" value={level} onValue={(value) => setLevel(value as Level)}>
          {LEVELS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </Select>
        <WordButton act={follow} />
      </div>
      <LoadView loaded={loaded}>
        {({ lines }) => (
          <>
            {lines.length === 0 && fresh.length === 0 && <Empty>No line of the log is like that.</Empty>}
            <ul class="log-lines" aria-label="Log">
              {[...lines, ...fresh].map((line, index) => (
                <LineView key={index} line={line} />
              ))}
              <li ref={end} />
            </ul>
          </>
        )}
      </LoadView>
    </Section>
  );
}

const TONES: Readonly<Record<string, string>> = { error: 'bad', fatal: 'bad', warn: 'warn' };

function LineView({ line: { at, level, says, more } }: { line: Line }) {
  return (
    <li>
      <span class="faint figures">{at === null ? '' : clock(at)}</span>{' '}
      <span class={TONES[level ?? ''] ?? 'faint'}>{level}</span> {says}{' '}
      {more !== '{}' && <code class="faint">{more}</code>}
    </li>
  );
}
