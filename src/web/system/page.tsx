/** The state of coda: well or not in one line, and what it stands on. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, useActs } from '../app/acts.ts';
import { duration, plural, sizeOf, whenText } from '../app/format.ts';
import { pagesOf } from '../app/groups.ts';
import { useLoad } from '../app/load.ts';
import { path } from '../app/router.ts';
import { act } from '../app/toasts.tsx';
import { platformName } from '../chat/list.tsx';
import { LinkButton, WordButton } from '../parts/button.tsx';
import { Empty, LoadView, Page, Section } from '../parts/page.tsx';
import { Reason } from '../parts/reason.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Add } from './add.tsx';
import { Costs } from './costs.tsx';
import { Logs } from './logs.tsx';
import { IS_WRONG, Models } from './models.tsx';
import { Settings } from './settings.tsx';

const VIEWS: Readonly<Record<string, () => preact.JSX.Element>> = {
  overview: Overview,
  add: Add,
  costs: Costs,
  backups: Backups,
  logs: Logs,
  settings: Settings,
};

export default function SystemPage() {
  const [, name = 'overview'] = path.value;
  const View = VIEWS[name] ?? Overview;
  return (
    <Page title="System">
      <div class="sheet wide">
        <Tabs label="System" tabs={pagesOf('system')} current={name === 'overview' ? '/system' : `/system/${name}`} />
        <View />
      </div>
    </Page>
  );
}

type Finding = Json<'/v1/system/findings'>['findings'][number];

function Overview() {
  const findings = useLoad('findings', () => ask(api.GET('/v1/system/findings')), ['system']);
  const status = useLoad('status', () => ask(api.GET('/v1/system')), ['system']);
  return (
    <>
      <Section>
        <LoadView loaded={findings}>
          {({ findings: list, at }) => (
            <Health findings={list} at={at} isLooking={findings.isLoading} onAgain={findings.reload} />
          )}
        </LoadView>
      </Section>
      <LoadView loaded={status}>
        {({ platforms, models, version, engine, uptime_s, memory_mb }) => (
          <>
            <Platforms platforms={platforms} />
            <Models models={models} findings={findings.data?.findings ?? []} />
            <Section title="coda">
              <p class="faint">
                {version}, {engine === 'pglite' ? 'embedded database' : 'PostgreSQL'}, {memory_mb} MB, running for{' '}
                {duration(uptime_s * 1_000)}
              </p>
            </Section>
          </>
        )}
      </LoadView>
    </>
  );
}

type Status = Json<'/v1/system'>;

function Platforms({ platforms }: Pick<Status, 'platforms'>) {
  return (
    <Section title="Platforms">
      <ul class="list">
        {platforms.map(({ name, away, away_since, remedy, heard_at }) => (
          <li key={name} class="row">
            <span class="what">
              {platformName(name)}
              {away !== null && <span class="bad"> {away}</span>}
              {away_since !== null && <span class="under"> since {whenText(away_since)}</span>}
              {remedy !== null && away !== null && <span class="under"> {remedy}</span>}
            </span>
            <span class="when">{heard_at === null ? 'nothing heard yet' : `last heard ${whenText(heard_at)}`}</span>
          </li>
        ))}
      </ul>
      {platforms.length === 0 && (
        <Empty>
          No chat platform is connected: <a href="/system/add">add one</a>.
        </Empty>
      )}
    </Section>
  );
}

interface HealthProps {
  findings: readonly Finding[];
  at: string;
  isLooking: boolean;
  onAgain: () => void;
}

function Health({ findings, at, isLooking, onAgain }: HealthProps) {
  const wrong = findings.filter(({ severity }) => IS_WRONG.has(severity));
  const notices = findings.filter(({ severity }) => severity === 'notice');
  const others = findings.filter((each) => !wrong.includes(each) && !notices.includes(each));
  const again: Act = { label: 'Look again', icon: 'again', key: 'r', isBusy: isLooking, run: onAgain };
  useActs([again]);
  return (
    <>
      <div class="health">
        <p class={wrong.length > 0 ? 'bad' : 'good'}>
          {wrong.length > 0 ? `${plural(wrong.length, 'thing')} to look at` : 'All is well'}
        </p>
        <span class="faint small">looked {whenText(at)}</span>
        <WordButton act={again} />
      </div>
      <ul>
        {wrong.map((finding) => (
          <FindingRow key={finding.code + finding.says} finding={finding} />
        ))}
      </ul>
      {notices.length > 0 && (
        <ul class="list">
          {notices.map((finding) => (
            <FindingRow key={finding.code + finding.says} finding={finding} />
          ))}
        </ul>
      )}
      <details>
        <summary>
          {wrong.length > 0 ? 'Everything else is in order' : 'What was looked at'} ({others.length})
        </summary>
        <ul class="list">
          {others.map((finding) => (
            <FindingRow key={finding.code + finding.part + finding.says} finding={finding} />
          ))}
        </ul>
      </details>
    </>
  );
}

/** Pages on which what a part complains of can be mended. */
const PAGES: Readonly<Record<string, string>> = {
  'dead letters': '/activity/undelivered',
  'last 24 hours': '/activity/undelivered',
  backups: '/system/backups',
};

function FindingRow({ finding: { part, says, remedy, severity } }: { finding: Finding }) {
  return (
    <li class={IS_WRONG.has(severity) ? `finding ${severity === 'error' ? 'bad' : 'warn'}` : 'row'}>
      <span class="what">
        <b>{part}</b> {says}
      </span>
      {remedy !== null && <p class="remedy">→ {remedy}</p>}
      {IS_WRONG.has(severity) && PAGES[part] !== undefined && <a href={PAGES[part]}>Look at it here</a>}
    </li>
  );
}

function Backups() {
  const loaded = useLoad('backups', () => ask(api.GET('/v1/backups')), ['system']);
  const [isAsked, setAsked] = useState(false);
  const make = async () => {
    setAsked(true);
    await act(() => ask(api.POST('/v1/backups', { body: { without_config: false } })), {
      done: 'A backup is being made.',
    });
    loaded.reload();
    setAsked(false);
  };
  return (
    <LoadView loaded={loaded}>
      {({ backups, making, failed, newest_at, folder, restore }) => (
        <Section
          title={newest_at === null ? 'No backup yet' : `The newest: ${whenText(newest_at)}`}
          acts={[
            {
              label: making ? 'Being made …' : 'Make a backup now',
              icon: 'download',
              isFirst: true,
              isBusy: making || isAsked,
              run: () => void make(),
            },
          ]}
        >
          {failed !== null && (
            <p>
              <span class="bad">The last one could not be made:</span>
              <Reason reason={failed} otherwise="something failed" />
            </p>
          )}
          {backups.length === 0 && <Empty>There is none in {folder}.</Empty>}
          <ul class="list">
            {backups.map(({ name, bytes, made_at, kind }) => (
              <li key={name} class="row">
                <span class="what">
                  {whenText(made_at)} {kind === 'upgrade' && <span class="tag">before an upgrade</span>}
                  <span class="under"> {name}</span>
                </span>
                <span class="aside">{sizeOf(bytes)}</span>
                <LinkButton href={`/v1/backups/${name}`} icon="download" download>
                  Fetch
                </LinkButton>
              </li>
            ))}
          </ul>
          <p class="section faint">
            To put one back: <code>{restore}</code>
          </p>
        </Section>
      )}
    </LoadView>
  );
}
