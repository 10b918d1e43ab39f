import { expect, test } from 'vitest';
import { launchdPlist, serviceFor, systemdUnit, windowsTask } from '../../../src/cli/init/index.ts';

const options = {
  node: '/opt/no de/node',
  main: '/opt/coda/main.js',
  folder: '/home/ana & bob/100%',
  config: '/home/ana/"c".yaml',
  data: '/var/$HOME',
};

test('systemd gets words as it reads them: quotes, percent and dollar signs are escaped', () => {
  const unit = systemdUnit(options);
  expect(unit).toContain(
    String.raw`ExecStart="/opt/no de/node" "/opt/coda/main.js" "run" "--config" "/home/ana/\"c\".yaml" "--data" "/var/$$HOME"`,
  );
  expect(unit).toContain('WorkingDirectory=/home/ana & bob/100%%');
  for (const line of unit.split('\n')) expect(line).toMatch(/^(\[\w+\]|[A-Z]\w+=.*|)$/);
});

test('launchd and Windows get XML in which no path is markup', () => {
  expect(launchdPlist(options)).toContain('<string>/home/ana &amp; bob/100%</string>');
  expect(launchdPlist(options)).toContain('<string>/home/ana/&quot;c&quot;.yaml</string>');
  expect(windowsTask(options)).toContain('<Arguments>&quot;/opt/coda/main.js&quot; &quot;run&quot;');
});

test('each system has its place and its command; an unknown one has none', () => {
  const { path } = serviceFor('linux', '/home/ana', options) ?? {};
  expect(path).toBe('/home/ana/.config/systemd/user/coda.service');
  expect(serviceFor('darwin', '/Users/ana', options)?.enable).toContain('launchctl bootstrap');
  expect(serviceFor('win32', 'C:', options)?.enable).toContain('schtasks /Create');
  expect(serviceFor('aix', '/', options)).toBeUndefined();
});
