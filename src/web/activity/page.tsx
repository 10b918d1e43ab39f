/** Things that happened, or wait for a word: questions, conversations, the audit log, what was not delivered. */
import { pagesOf } from '../app/groups.ts';
import { path } from '../app/router.ts';
import { person } from '../app/session.ts';
import { Page } from '../parts/page.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Approvals } from './approvals.tsx';
import { Audit } from './audit.tsx';
import { Conversations, ConversationView } from './conversations.tsx';
import { Undelivered } from './undelivered.tsx';

export default function ActivityPage() {
  const [, name = 'approvals', id] = path.value;
  const waiting = person().counts.approvals;
  const tabs = pagesOf('activity').map((page) => ({ ...page, count: page.href === '/activity' ? waiting : 0 }));
  return (
    <Page title="Activity">
      <div class="sheet wide">
        <Tabs label="Activity" tabs={tabs} current={name === 'approvals' ? '/activity' : `/activity/${name}`} />
        {name === 'approvals' && <Approvals />}
        {name === 'conversations' && (id === undefined ? <Conversations /> : <ConversationView key={id} id={id} />)}
        {name === 'audit' && <Audit />}
        {name === 'undelivered' && <Undelivered />}
      </div>
    </Page>
  );
}
