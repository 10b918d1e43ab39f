import { DAY_MS } from '../../base/clock.ts';
import type { Page, PageReader, PageRow, PageSection } from '../../chat/index.ts';
import { leftOf, type Proposal, showProposal, proposalStore as store } from '../../proposals/index.ts';
import { scoresByWeek } from './assessment/store.ts';
import type { Deps } from './part.ts';
import * as versions from './prompt/store.ts';
import { measuredWords } from './prompt/texts.ts';
import * as texts from './texts.ts';

const WEEKS = 12;
const MOST = 50;

export function improvementPage(deps: Deps, more: (reader: PageReader) => Promise<readonly PageSection[]>): Page {
  return {
    path: '/improvements',
    title: 'Improvements',
    scope: 'admin',
    async load(reader) {
      const proposals = await store.list(reader.db, {}, MOST);
      return [
        await figures(deps, reader, proposals),
        await weeks(deps, reader),
        {
          kind: 'table',
          title: texts.page.proposals,
          none: texts.page.noProposals,
          columns: [...texts.page.proposalColumns],
          rows: proposals.map((each) => proposalRow(deps, each)),
        },
        await guidance(reader),
        ...(await more(reader)),
      ];
    },
  };
}

async function figures(deps: Deps, { db }: PageReader, proposals: readonly Proposal[]): Promise<PageSection> {
  const { month } = deps.config.budget;
  const spent = month - (await leftOf(deps, db));
  const waiting = proposals.filter(({ state }) => state === 'pending').length;
  const items = [
    { label: texts.page.spent, value: texts.page.spentOf(spent, month) },
    { label: texts.page.waiting, value: `${waiting}` },
  ];
  return { kind: 'figures', title: texts.page.title, items };
}

async function weeks({ household }: Deps, { db, now }: PageReader): Promise<PageSection> {
  const since = new Date(now.getTime() - WEEKS * 7 * DAY_MS);
  const bars = (await scoresByWeek(db, since, household.zone)).map(({ week, turns, mean, low }) => ({
    label: week,
    value: mean,
    text: texts.page.week(mean, turns, low),
  }));
  return { kind: 'bars', title: texts.page.weeks, bars, none: texts.page.noScores };
}

function proposalRow({ kinds }: Deps, proposal: Proposal): PageRow {
  const { id, title, category, state, at, description } = proposal;
  const change = showProposal(kinds, proposal);
  return { id, cells: [id, title, category, state, { at }, description, { code: change }] };
}

async function guidance({ db }: PageReader): Promise<PageSection> {
  const rows = (await versions.newest(db, MOST)).map(({ version, at, state, content, result }): PageRow => {
    const cells = [`${version}`, { at }, state, measuredWords(result), { code: content }];
    return { id: `${version}`, cells };
  });
  const columns = [...texts.page.versionColumns];
  return { kind: 'table', title: texts.page.versions, columns, rows, none: texts.page.noVersions };
}
