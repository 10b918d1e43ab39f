/** Everything that runs by itself: schedules, runs of skills, webhooks, connectors, coda's own tasks and jobs. */
import { path } from '../app/router.ts';
import { isOwner } from '../app/session.ts';
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
  const tabs = [
    { href: '/automations', label: 'Schedules' },
    { href: '/automations/runs', label: 'Runs' },
    ...(isOwner()
      ? [
          { href: '/automations/webhooks', label: 'Webhooks and services' },
          { href: '/automations/own', label: "coda's own" },
        ]
      : []),
  ];
  return (
    <Page title="Automations">
      <div class="sheet">
        <Tabs label="Automations" tabs={tabs} current={part === undefined ? '/automations' : `/automations/${part}`} />
        {part === 'runs' && <Runs />}
        {part === 'webhooks' && <Hooks />}
        {part === 'own' && <OwnTasks />}
        {part === undefined && (name === undefined ? <ScheduleList /> : <ScheduleView key={name} id={name} />)}
      </div>
    </Page>
  );
}
