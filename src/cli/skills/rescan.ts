import { openAgentSkills } from '../../app/index.ts';
import { listOf, plural } from '../../base/text.ts';
import type { RescanReport } from '../../skills/agent-skills/index.ts';
import { callDaemon } from '../daemon/daemon.ts';
import { prepare } from '../daemon/serve.ts';
import type { Flags } from '../flags.ts';

/** `coda skills rescan`: the running coda and its replicas read what changed; without one, says what it would find. */
export async function skillsRescan(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const answer = await callDaemon(config.dataDir, 'skills-rescan');
  const report = (answer as unknown as RescanReport) ?? (await openAgentSkills(config, world.env).rescan());
  if (flags.json) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const note = answer === undefined ? ['No coda is running here: this is what one would find.'] : [];
    io.stdout.write(`${[...note, ...reportLines(report)].join('\n')}\n`);
  }
  return 0;
}

function reportLines({
  added,
  changed,
  removed,
  shadowed,
  invalid,
  warnings,
  beside = [],
  total,
  took,
}: RescanReport): string[] {
  const names = (what: string, list: readonly string[]) => (list.length === 0 ? [] : [`${what}: ${listOf(list)}`]);
  return [
    ...names('added', added),
    ...names('changed', changed),
    ...names('removed', removed),
    ...shadowed.map(({ name, directory, by }) => `shadowed: ${name} in ${directory}, by ${by}`),
    ...invalid.map(({ name, directory, reason }) => `cannot be used: ${name} in ${directory}: ${reason}`),
    ...warnings.map(({ directory, message }) => `${directory}: ${message}`),
    `${plural(total, 'skill')} can be used (${took} ms).`,
    ...beside,
  ];
}
