import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { CHROMIUM } from '../../support/browser.ts';
import { type Play, play } from '../../support/play.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';
import { Internet } from '../web/internet.ts';

const CANARY = 'canaryunderthemat';
const SAID = 'berlin';

type Input = Record<string, string>;
type Call = [tool: string, input: Input];

/** Sends each change of its fields and each press of a key at once, as pages with suggestions do. */
const EAGER = `<!doctype html><title>Form</title>
<label>Town <input name=town></label>
<label>Kind <select name=kind><option>first</option><option>${SAID}</option><option>${CANARY}</option></select></label>
<script>
  for (const each of document.querySelectorAll('input, select'))
    for (const event of ['input', 'change'])
      each.addEventListener(event, () => fetch('/heard?' + encodeURIComponent(each.value)));
</script>`;

describe.skipIf(!CHROMIUM)('a browser', () => {
  let internet: Internet;
  let coda: Play;
  let heard: string[] = [];
  let plan: Call[] = [];

  /** Opens the page, reads it, and then calls what is planned with the session and the locators that it was shown. */
  const model = new ScriptedModel((request: ModelRequest): Line[] => {
    const results = request.messages.flatMap((each) => (each.role === 'tool' ? [each.text] : []));
    const ofTurn = request.messages.slice(request.messages.findLastIndex(({ role }) => role === 'user'));
    const step = ofTurn.filter(({ role }) => role === 'assistant').length;
    const [call, input] = plan[step] ?? [];
    if (!call || !input) return ['Done.'];
    const said = results.join('\n');
    const shown = (value: string) => value.replaceAll(/\{(.+?)\}/g, (_, line: string) => locatorIn(said, line));
    return [{ call, input: Object.fromEntries(Object.entries(input).map(([key, value]) => [key, shown(value)])) }];
  });

  function locatorIn(said: string, line: string): string {
    if (line === 'session') return /session_id: (\S+)/.exec(said)?.[1] ?? '';
    const found = said.split('\n').findLast((each) => each.includes(' → ') && each.includes(line)) ?? '';
    return found.slice(found.lastIndexOf(' → ') + 3);
  }

  beforeAll(async () => {
    internet = await Internet.open();
    for (const path of ['/form', '/page', `/${CANARY}`])
      internet.serve(path, (response, url) => {
        heard.push(url.href);
        response.writeHead(200, { 'content-type': 'text/html' }).end(EAGER);
      });
    internet.serve('/heard', (response, url) => {
      heard.push(url.href);
      response.end();
    });
    coda = await play({
      model,
      config: {
        'egress.ports': [80, 443, internet.port],
        'egress.i_understand_private': [{ network: '127.0.0.22/32', port: internet.port }],
        'browser.enabled': true,
        'browser.mode': 'host',
        'browser.executable': CHROMIUM,
        'browser.connect_timeout_ms': 60_000,
      },
    });
  });
  afterAll(async () => {
    await coda[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
  });

  const at = (path: string) => `http://127.0.0.22:${internet.port}${path}`;

  async function tries(call: Call): Promise<void> {
    const ana = coda.person('ana');
    await ana.says('/new');
    heard = [];
    plan = [
      ['browser_open', { url: at('/form') }],
      ['browser_get_content', { session_id: '{session}' }],
      call,
      ['browser_get_content', { session_id: '{session}' }],
    ];
    await ana.says(`go on with ${at('/form')} and ${at('/page')} and ${SAID}`);
    const arrived = [...heard];
    // A parked call keeps its browser, and there may only be some of them.
    const labels = ana
      .seen()
      .at(-1)
      ?.buttons.map(({ label }) => label);
    if (labels?.includes('Deny')) await ana.presses('Deny');
    heard = arrived;
  }

  const interact = (action: string, line: string, value: string): Call => [
    'browser_interact',
    { session_id: '{session}', action, selector: `{${line}}`, value },
  ];

  test('takes outside what the person has said', async () => {
    for (const call of [
      interact('type', '"Town"', SAID),
      interact('select', '"Kind"', SAID),
      ['browser_navigate', { session_id: '{session}', url: at('/page') }] as Call,
    ]) {
      await tries(call);
      expect(heard.length, JSON.stringify(call)).toBeGreaterThan(1);
    }
  });

  test('takes outside nothing that nobody has said, in whatever field it stands', async () => {
    const addresses = [at(`/${CANARY}`), at(`/page?${CANARY}`), at(`/page#${CANARY}`)];
    const calls: Call[] = [
      ...addresses.map((url): Call => ['browser_navigate', { session_id: '{session}', url }]),
      ['browser_open', { url: at(`/${CANARY}`) }],
      interact('type', '"Town"', CANARY),
      interact('type', '"Town"', `${SAID} ${CANARY}`),
      interact('select', '"Town"', CANARY),
      ['browser_interact', { session_id: '{session}', action: 'type', selector: `text=${CANARY}`, value: SAID }],
      ['browser_interact', { session_id: CANARY, action: 'type', selector: '{"Town"}', value: SAID }],
    ];
    const left: Call[] = [];
    for (const call of calls) {
      await tries(call);
      expect(heard.length, JSON.stringify(call)).toBeGreaterThan(0);
      if (heard.some((each) => each.includes(CANARY))) left.push(call);
    }
    expect(left).toEqual([]);
  });
});
