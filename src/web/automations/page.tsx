/** Everything that runs by itself: schedules, runs of skills, webhooks, connectors, coda's own tasks and jobs. */
import { pagesOf } from '../app/groups.ts';
import { path } from '../app/router.ts';
import { Page } from '../parts/page.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Hooks } from './hooks.tsx';
import { OwnTasks } from './own.tsx';
import { Runs } from './runs.tsx';
import { ScheduleList, ScheduleView } from './schedules.tsx';

const PARTS = ['runs', 'webhooks', 'own'];

export default function AutomationsPage() {
  const [, name] = path.value;
  const part = name !== undefined && PARTS.includes(name) ? name : undefined;
  const current = part === undefined ? '/automations' : `/automations/${part}`;
  return (
    <Page title="Automations">
      <div class="sheet">
        <Tabs label="Automations" tabs={pagesOf('automations')} current={current} />
        {part === 'runs' && <Runs />}
        {part === 'webhooks' && <Hooks />}
        {part === 'own' && <OwnTasks />}
        {part === undefined && (name === undefined ? <ScheduleList /> : <ScheduleView key={name} id={name} />)}
      </div>
    </Page>
  );
}
