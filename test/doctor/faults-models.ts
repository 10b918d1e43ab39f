/** Faults of the services of models. */
import { eventually } from '../support/eventually.ts';
import type { Fault, Ward } from './planting.ts';
import { privately } from './private-ca.ts';

const provider = (key: string) => `models.providers.anthropic.${key}`;
const at = { name: 'models anthropic' } as const;

export const MODEL_FAULTS: readonly Fault[] = [
  {
    what: 'a service that speaks OpenAI’s API, called anthropic',
    async plant(ward) {
      const before = ward.model.models;
      ward.model.models = before.map(({ id }) => ({ id, object: 'model' }));
      ward.model.speaks = 'openai';
      return () => {
        ward.model.models = before;
        ward.model.speaks = undefined;
      };
    },
    ...{ ...at, code: 'MODEL_KIND' },
    says: /speaks the API of kind openai-compatible, and models\.providers\.anthropic says anthropic/,
    remedy: /models\.providers\.anthropic\.kind: openai-compatible, and .*base_url: http:\/\/127\.0\.0\.1:\d+\/v1/,
  },
  {
    what: 'a service behind a private certificate authority',
    async plant(ward) {
      const secure = await privately(ward.model.url);
      const takeOut = await ward.begin({ file: { [provider('base_url')]: secure.url } });
      return async () => {
        await takeOut();
        await secure.close();
      };
    },
    ...{ ...at, code: 'TLS_UNTRUSTED' },
    says: /certificate of an authority that this machine does not know/,
    remedy: /NODE_EXTRA_CA_CERTS=/,
  },
  {
    what: 'a provider’s account without credit: its own, and not coda’s budget',
    async plant(ward) {
      ward.model.play({ fault: 'no_credit', times: 50 });
      await asked(ward, 'what does it cost?', /no credit left/);
      return async () => {
        ward.model.reset();
        await asked(ward, 'and now?', /ok/);
      };
    },
    ...{ ...at, code: 'PROVIDER_CREDIT' },
    says: /the account there has no credit left/,
    remedy: /Pay at the provider.*coda’s own budgets .* something else/,
  },
  {
    what: 'an old key in the environment over the one in the file',
    plant: (ward) => ward.begin({ env: { ANTHROPIC_API_KEY: 'sk-ant-of-last-year' } }),
    ...{ ...at, code: 'KEY_REFUSED' },
    says: /refuses the key/,
    remedy: /ANTHROPIC_API_KEY stands in the place of models\.providers\.anthropic\.api_key \(.*config\.yaml:1:\d+\)/,
  },
  {
    what: 'a budget for everybody that is spent',
    plant: (ward) => ward.begin({ file: { 'models.budgets.all.day': 0 } }),
    ...{ name: 'budgets', code: 'BUDGET_SPENT' },
    says: /everybody has spent .* of 0 USD today: models answer no more until tomorrow/,
    remedy: /raise models\.budgets\.all\.day; "coda cost"/,
  },
  {
    what: 'a model that the provider does not have',
    plant: (ward) => ward.begin({ file: { 'models.default': 'anthropic/claude-of-the-tests' } }),
    ...{ ...at, code: 'MODEL_MISSING' },
    says: /has no model claude-of-the-tests/,
    remedy: /Did you mean anthropic\/claude-of-the-test\?/,
  },
  {
    what: 'a service that does not run: told once, and not as what rests and what has failed besides',
    async plant(ward) {
      const takeOut = await ward.begin({ file: { [provider('base_url')]: 'http://127.0.0.1:9' } });
      await asked(ward, 'is anybody there?', /cannot be reached/);
      return takeOut;
    },
    ...{ ...at, code: 'MODEL_UNREACHABLE' },
    says: /127\.0\.0\.1:9 does not answer/,
    remedy: /Look whether it runs/,
  },
];

/** Ana asks in Discord, and this is what she reads. */
async function asked(ward: Ward, text: string, answer: RegExp): Promise<void> {
  const before = ward.discord.said(ward.general).length;
  ward.discord.says(ward.ana, ward.general, `<@${ward.discord.bot.id}> ${text}`);
  const found = await eventually(() =>
    ward.discord
      .said(ward.general)
      .slice(before)
      .some(({ content }) => answer.test(content)),
  );
  if (!found)
    throw new Error(`nobody said ${answer}: ${JSON.stringify(ward.discord.said(ward.general).slice(before))}`);
  await ward.app.whenSettled();
}
