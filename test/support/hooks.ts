import { hookWatcher } from '../../src/skills/scheduler/run.ts';
import { Webhooks } from '../../src/skills/webhooks/webhooks.ts';
import type { Play } from './play.ts';

/** The webhooks of a coda, as its commands and its routes have them. */
export function hooksOf({ app, world }: Pick<Play, 'app' | 'world'>): Webhooks {
  const { database, artifacts, jobs, agentSkills } = app;
  const watchHook = hookWatcher({ work: { jobs }, world });
  return new Webhooks({
    database,
    world,
    jobs,
    artifacts,
    secrets: agentSkills.secrets,
    attachmentBytes: 10 * 1024 * 1024,
    watchHook,
  });
}
