import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import { readiness } from '../../src/cli/daemon/ready.ts';

const given = (env: Record<string, string>) => readiness(readConfig({ env, cwd: tmpdir(), secrets: new Secrets() }));

test('what is off is told with what turns it on', () => {
  const { on, off } = given({});
  expect(on).toEqual(['terminal']);
  expect(off.join('\n')).toMatch(
    /^Discord is off: .*DISCORD_TOKEN.*\nSlack is off: .*SLACK_BOT_TOKEN.*\n.*no language model.*ANTHROPIC_API_KEY.*\nRunning code is off: execution\.enabled/,
  );
});

test('what is on is named', () => {
  const { on, off } = given({
    DISCORD_TOKEN: 'd',
    ANTHROPIC_API_KEY: 'a',
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
  });
  expect(on).toEqual(['terminal', 'Discord', 'Slack', expect.stringMatching(/^anthropic/)]);
  expect(off.join()).not.toMatch(/Discord|Slack|language model/);
});

test('what runs code or drives a browser is on where it is switched on', () => {
  const { on, off } = given({ EXECUTION_ENABLED: 'true', BROWSER_ENABLED: 'true' });
  expect(on).toEqual(['terminal', 'code in containers', 'a browser on this machine']);
  expect(off.join()).not.toMatch(/Running code|Driving a browser/);
  expect(given({}).off).toContainEqual(expect.stringMatching(/^Driving a browser is off: browser\.enabled/));
});

test('what is switched on and lacks something, and variables that are not read, are told at the start and by the doctor', () => {
  expect(given({ SKILLOS_ROOT: '/srv/skills' }).off.join('\n')).toContain(
    'SKILLOS_ROOT (here skills.agent_skill_dirs)',
  );
});
