import { openAgentSkills } from '../../app/index.ts';
import { ERRORS } from '../../base/errors.ts';
import { didYouMean, plural } from '../../base/text.ts';
import { skillMeant, testSkill } from '../../skills/agent-skills/index.ts';
import { prepare } from '../daemon/serve.ts';
import type { Flags } from '../flags.ts';
import { usage } from '../texts.ts';

/** `coda skills test NAME`: plays the cases in its `tests/`; exit status 0 when all are as they should be. */
export async function skillsTest(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const [name = ''] = flags.args;
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const snapshot = catalog.current();
  const skill = skillMeant(snapshot, name);
  if (!skill) {
    const near = didYouMean(name, [...snapshot.skills.keys()]);
    throw usage(`There is no skill ${name}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');
  }
  const { outcomes, others } = await testSkill(snapshot, skill);
  const failed = outcomes.filter(({ ok }) => !ok).length;
  if (flags.json) io.stdout.write(`${JSON.stringify({ name: skill.name, outcomes, others }, null, 2)}\n`);
  else {
    const lines = outcomes.map(({ ok, name: about, says }) => `${ok ? '✓' : '✗'} ${about}${ok ? '' : `: ${says}`}`);
    const passed = `${plural(outcomes.length - failed, 'case')} passed, ${failed} failed.`;
    const count = outcomes.length === 0 ? `${name} has no cases in tests/*.json.` : passed;
    io.stdout.write(`${[...lines, ...others.map(({ file, why }) => `${file}: ${why}`), count].join('\n')}\n`);
  }
  return failed === 0 ? 0 : ERRORS.INPUT_INVALID.exit;
}
