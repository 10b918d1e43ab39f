import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { CHROMIUM } from '../../support/browser.ts';
import { BROWSER_IMAGE, DOCKER } from '../../support/docker.ts';
import { type Play, play } from '../../support/play.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';
import { Internet } from '../web/internet.ts';
import { type Done, openTown } from './shop.ts';

/** What the model wants of a page: the locator behind the arrow of the first line that fits. */
interface Want {
  action: 'click' | 'type' | 'select';
  line: RegExp;
  value?: string;
}

/** A model that opens an address and does what it wants, step by step, from what is said of the page alone. */
class Visitor {
  readonly model: ScriptedModel;
  /** The last page that it read. */
  content = '';
  private wants: Want[] = [];
  private session = '';
  private url = '';

  constructor() {
    this.model = new ScriptedModel((request) => this.next(request));
  }

  visits(url: string, wants: Want[]): void {
    Object.assign(this, { url, wants: [...wants], session: '', content: '' });
  }

  private next(request: ModelRequest): Line[] {
    const last = request.messages.at(-1);
    if (this.url === '') return ['Hello.'];
    if (last?.role !== 'tool') return [{ call: 'browser_open', input: { url: this.url } }];
    const { text } = last;
    if (this.session === '') {
      this.session = /session_id: (\S+)/.exec(text)?.[1] ?? '';
      return [{ call: 'browser_get_content', input: { session_id: this.session } }];
    }
    if (!text.includes('\nPage: ')) return [`It failed: ${text}`];
    this.content = text;
    const want = this.wants.shift();
    if (!want) return [`I see: ${text}`];
    const line = text.split('\n').find((each) => each.includes(' → ') && want.line.test(each));
    if (!line) return [`There is no ${want.line} in ${text}`];
    const selector = line.slice(line.lastIndexOf(' → ') + 3);
    const { action, value } = want;
    return [
      { call: 'browser_interact', input: { session_id: this.session, action, selector, ...(value && { value }) } },
    ];
  }
}

const MODES = [
  { mode: 'host', isThere: CHROMIUM, own: { 'browser.executable': CHROMIUM } },
  {
    mode: 'docker',
    isThere: BROWSER_IMAGE,
    own: { 'browser.image': BROWSER_IMAGE, 'execution.docker_socket': DOCKER?.socket },
  },
];

for (const { mode, isThere, own } of MODES) {
  describe.skipIf(!isThere)(`in Chromium (${mode})`, () => {
    let internet: Internet;
    let town: Done;
    let coda: Play;
    const visitor = new Visitor();
    beforeAll(async () => {
      internet = await Internet.open();
      town = openTown(internet);
      coda = await play({
        model: visitor.model,
        config: {
          'egress.ports': [80, 443, internet.port],
          'egress.i_understand_private': [{ network: '127.0.0.22/32', port: internet.port }],
          'browser.enabled': true,
          'browser.mode': mode,
          ...own,
          'browser.connect_timeout_ms': 60_000,
        },
      });
    });
    afterAll(async () => {
      await coda[Symbol.asyncDispose]();
      await internet[Symbol.asyncDispose]();
    });

    // What is not about where Chromium runs is played once.
    const testOnce = (name: string, play: () => Promise<void>) => {
      if (mode === 'host') test(name, play);
    };
    const at = (path: string) => `http://127.0.0.22:${internet.port}${path}`;

    /** Has the model do it; it asks about its clicks, which are approved, and about nothing else. */
    async function visit(said: string, path: string, wants: Want[]): Promise<string> {
      const ana = coda.person('ana');
      await ana.says('/new');
      visitor.visits(at(path), wants);
      let heard = await ana.says(`${said} at ${at(path)}`);
      const asks = () =>
        ana
          .seen()
          .at(-1)
          ?.buttons.some(({ label }) => label === 'Approve');
      let questions = 0;
      for (; asks(); questions++) heard = await ana.presses('Approve');
      expect(questions).toBe(wants.filter(({ action }) => action === 'click').length);
      return heard;
    }

    test('a shop’s checkout is done', async () => {
      const heard = await visit('Order a blue mug for Ana Example, 12 Quay Street, shipping Fast', '/shop', [
        { action: 'click', line: /Blue mug/ },
        { action: 'click', line: /Add to cart/ },
        { action: 'type', line: /"Name"/, value: 'Ana Example' },
        { action: 'type', line: /"Street"/, value: '12 Quay Street' },
        { action: 'select', line: /"Shipping"/, value: 'Fast' },
        { action: 'click', line: /Place order/ },
      ]);
      expect(heard).toContain('Order 4711 is placed.');
      expect(town.orders).toEqual([{ item: 'blue', name: 'Ana Example', street: '12 Quay Street', shipping: 'Fast' }]);
    });

    test('a login is done, and what was typed is neither shown nor logged', async () => {
      const heard = await visit('Sign in as ana with tulip-77 and read my balance', '/login', [
        { action: 'type', line: /"User"/, value: 'ana' },
        { action: 'type', line: /"Password"/, value: 'tulip-77' },
        { action: 'click', line: /button "Sign in"/ },
      ]);
      expect(heard).toContain('Your balance is 42.');
      expect(town.logins).toEqual([{ user: 'ana', password: 'tulip-77' }]);
      expect(visitor.content).not.toContain('tulip-77');
      const { rows } = await coda
        .database()
        .read<{ detail: string }>(`select detail::text as detail from audit_log where subject = 'browser_interact'`);
      expect(rows.length).toBeGreaterThan(2);
      expect(JSON.stringify(rows)).not.toContain('tulip-77');
      const steps = await coda.database().read<{ step: string }>('select payload::text as step from steps');
      expect(JSON.stringify(steps.rows)).toContain('[not stored]');
      expect(JSON.stringify(steps.rows)).not.toContain('tulip-77');
      expect(JSON.stringify(coda.person('ana').seen())).not.toContain('tulip-77');
    });

    testOnce('a form in a frame is filled in', async () => {
      const heard = await visit('Pay with the card 4111 1111', '/framed', [
        { action: 'type', line: /frame > textbox "Number"/, value: '4111 1111' },
        { action: 'click', line: /frame > button "Pay now"/ },
      ]);
      expect(heard).toContain('The payment went through.');
      expect(town.paid).toEqual([{ number: '4111 1111' }]);
    });

    testOnce('a page that draws itself anew after each step is used', async () => {
      const heard = await visit('Vote for Coffee as Ana Example', '/app', [
        { action: 'click', line: /Begin/ },
        { action: 'type', line: /Your name/, value: 'Ana Example' },
        { action: 'click', line: /Vote Coffee/ },
      ]);
      expect(heard).toContain('Thank you, Ana Example: 7 votes.');
      expect(town.votes).toEqual([{ name: 'Ana Example', choice: 'Coffee' }]);
    });

    testOnce('a session outlives the answer: the next message is told of it, and the status counts it', async () => {
      await visit('Look at the shop', '/shop', []);
      visitor.visits('', []);
      await coda.person('ana').says('and now?');
      expect(JSON.stringify(visitor.model.requests.at(-1))).toMatch(/Session \w+ of this conversation is still open/);
      expect(await coda.app.status()).toMatchObject({ browser_sessions: expect.any(Number) });
      await coda.person('bob').says('hello');
      expect(JSON.stringify(visitor.model.requests.at(-1))).not.toContain('of this conversation is still open');
    });

    testOnce('a click asks, and what nobody has said is not typed without asking', async () => {
      const ana = coda.person('ana');
      await ana.says('/new');
      visitor.visits(at('/login'), [{ action: 'type', line: /"User"/, value: 'the key under the mat' }]);
      const asked = await ana.says(`Look at ${at('/login')}`);
      expect(asked).toMatch(
        /May I do this\? \*\*Type `\[not shown, 21 characters\]` into `User` on the page `http.*\/login`\.\*\*/,
      );
      expect(asked).not.toContain('under the mat');
      await ana.presses('Deny');
      visitor.visits('', []);
      expect(town.logins).toHaveLength(1);
    });
  });
}
