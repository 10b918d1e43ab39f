import { z } from 'zod';
import { block } from './block.ts';
import { count, duration, durationWithin, secret, secretText, url } from './fields.ts';

const model = z
  .string()
  .regex(/^[^/\s]\S*$/, { error: 'expected provider/model, such as anthropic/claude-sonnet-4-5' })
  .meta({ model: true });

const amount = z.number().min(0).max(1_000_000_000);

/** Parts that may be left out of a request, or said in another way. */
const REFUSED = [
  ...(['max_tokens', 'max_completion_tokens', 'stream_options', 'thinking', 'cache_control'] as const),
  ...(['system', 'schemas', 'thoughts', 'null_content', 'long_ids', 'bare_calls', 'unsigned_calls'] as const),
] as const;

const provider = z.strictObject({
  kind: z
    .enum(['anthropic', 'openai-compatible'])
    .meta({ description: 'The API that it speaks: anthropic or openai-compatible.', example: 'anthropic' }),
  base_url: url('http', 'https').optional().meta({
    description: "The API's address when it is not the vendor's own.",
    example: 'http://localhost:11434/v1',
  }),
  ...secret('api_key', secretText().optional(), {
    description: 'ANTHROPIC_API_KEY and OPENAI_API_KEY override it for the providers of these names.',
    file: 'anthropic_api_key',
    example: '${ANTHROPIC_API_KEY:-sk-example}',
  }),
  pictures: z
    .boolean()
    .default(true)
    .describe('Whether its models see pictures; else they are told that there was one.'),
  stream: z.boolean().default(true).describe('Whether answers are asked for piece by piece, or whole.'),
  tools: z
    .enum(['native', 'text'])
    .default('native')
    .describe('How its models call tools: as the API does, or in text, for models that cannot (found out by itself).'),
  refuses: z
    .array(z.enum(REFUSED))
    .default([])
    .meta({
      description:
        'What its service refuses, to be left out from the beginning; else it is found out by refused requests each hour.',
      example: ['stream_options'],
    }),
  max_tokens: count(256, 200_000).optional().meta({
    description: 'The longest answer of its models, where that is less than max_tokens of all.',
    example: 4_096,
  }),
  context_tokens: count(2_000, 10_000_000).optional().meta({
    description: 'What its models take in at most, where that is less than context_tokens of all.',
    example: 8_192,
  }),
  silence: durationWithin('10ms', '1h').optional().meta({
    description: 'How long its models may send nothing, where that is not what `silence` and `local_silence` say.',
    example: '10m',
  }),
  thinking: count(1_024, 100_000).optional().meta({
    description: 'Tokens that its models may think with before they answer (anthropic only).',
    example: 4_096,
  }),
});

const price = z.strictObject({
  input: amount.meta({ description: 'For a million tokens read.', example: 3 }),
  output: amount.meta({ description: 'For a million tokens written.', example: 15 }),
  cached: amount
    .optional()
    .meta({ description: 'For a million tokens out of the cache; a tenth of input when left out.', example: 0.3 }),
});

const cost = z.union([amount.transform((each) => ({ input: each, output: each, cached: each })), price], {
  error: 'expected a price for a million tokens: a number, or input and output',
});

const limits = (describe: string) =>
  z
    .strictObject({
      day: amount.default(50).describe('The most for one day.'),
      month: amount.default(200).describe('The most for one month.'),
    })
    .prefault({})
    .describe(describe);

const budgets = z
  .strictObject({
    request: amount.default(5).describe('The most that one answer may cost.'),
    person: limits('The most for each person.'),
    all: limits('The most for everybody together.'),
    low: amount
      .default(10)
      .describe("When less than this is left of a day's or month's budget, the light model answers and says so."),
  })
  .prefault({})
  .describe('What models may cost, in the currency of the prices.');

const breaker = z
  .strictObject({
    failures: count(1, 100).default(3).describe('Failures in a row after which a model is left alone.'),
    pause: duration('30s').describe('For how long, at first.'),
  })
  .prefault({})
  .describe('When a model that cannot be reached is left alone, and the next one answers at once.');

const fields = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether any model is asked. Off, what is set here stays.'),
  default: model.optional().meta({
    description: 'What answers, as provider/model.',
    example: 'anthropic/claude-sonnet-4-5',
  }),
  light: model.optional().meta({
    description: 'For titles, summaries and routing; the default one when left out.',
    example: 'anthropic/claude-haiku-4-5',
  }),
  heavy: model.optional().meta({
    description: 'For /think; the default one when left out.',
    example: 'anthropic/claude-opus-4-5',
  }),
  heavy_by_itself: z
    .boolean()
    .default(false)
    .describe('Whether the heavy model also answers what asks for thought ("think hard", "step by step") or is long.'),
  fallbacks: z
    .array(model)
    .default([])
    .meta({ description: 'What answers when the one before fails.', example: ['anthropic/claude-haiku-4-5'] }),
  choices: z
    .array(model)
    .max(50)
    .optional()
    .meta({
      description:
        'The models that everybody may choose for a conversation (owners also what is named above); when left out, those named above.',
      example: ['anthropic/claude-haiku-4-5'],
    }),
  max_tokens: count(256, 200_000).default(8_192).describe('The longest answer, in tokens.'),
  context_tokens: count(2_000, 10_000_000)
    .default(64_000)
    .describe('The longest request, in tokens: what was said before is summed up to stay below it.'),
  silence: duration('75s').describe('A model that sends nothing for so long is given up.'),
  local_silence: durationWithin('10ms', '1h').optional().meta({
    description:
      'The same for models on this machine or in its network, which may read long before they say a word; four times as long when left out.',
    example: '10m',
  }),
  hedge: duration('20s').describe(
    'A model that sends nothing for so long is not waited for: the next of the fallbacks is asked as well.',
  ),
  breaker,
  prices: z
    .record(z.union([z.literal('default'), model]), price)
    .default({})
    .meta({
      description:
        'What models cost, where it is not known or not right; `default` is for those that nothing is known of.',
      example: 'openai/gpt-5',
    }),
  standard_cost: cost.optional().meta({
    description:
      'What a million tokens of any model cost that prices does not name, where no more than that is wanted.',
    example: 3,
  }),
  cheap_cost: cost.optional().meta({ description: 'The same of the light model alone.', example: 1 }),
  currency: z.string().min(1).max(8).default('USD').describe('What prices and budgets are in.'),
  budgets,
  providers: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, { error: 'expected a name in lower case' }), provider)
    .default({})
    .meta({ description: 'Where models are reached, by a name of your choice.', example: 'anthropic' }),
});

/** Each model's provider must be there: a name with a slip in it would fail only when it is asked. */
const named = fields.superRefine((models, ctx) => {
  const used: [path: (string | number)[], name: string | undefined][] = [
    [['default'], models.default],
    [['light'], models.light],
    [['heavy'], models.heavy],
    ...models.fallbacks.map((name, index): [(string | number)[], string] => [['fallbacks', index], name]),
    ...(models.choices ?? []).map((name, index): [(string | number)[], string] => [['choices', index], name]),
  ];
  for (const [path, name] of used) {
    const owner = name?.split('/')[0];
    if (owner === undefined || models.providers[owner]) continue;
    ctx.addIssue({ code: 'custom', path, message: `expected a provider listed under providers, not “${owner}”` });
  }
  const providers = Object.entries(models.providers);
  // A vendor's own service gets a usual model by default; which one another service has cannot be known.
  if (models.default === undefined && providers.length > 0 && providers.every(([, { base_url }]) => base_url)) {
    const message = `expected default beside it, the model that answers, such as ${providers[0]?.[0]}/name-of-the-model`;
    ctx.addIssue({ code: 'custom', path: ['providers'], message });
  }
});

export interface ModelProvider {
  kind?: unknown;
  base_url?: unknown;
}

/** Names of models at the vendors’ own services; at other addresses any name may be served. */
const VENDORS: Readonly<Record<string, { models: RegExp; host: string }>> = {
  anthropic: { models: /^claude/i, host: 'anthropic.com' },
  'openai-compatible': { models: /^(?:gpt-|chatgpt-|o\d)/i, host: 'openai.com' },
};

/**
 * Providers, by name, that a model without one may be meant of: those that `named` (names in full) has it of, else the
 * vendors' own that serve such models, else those at other addresses. One is the answer; more are ambiguous.
 */
export function providersOf(
  name: string,
  providers: Readonly<Record<string, ModelProvider>>,
  named: Iterable<string> = [],
): string[] {
  const all = Object.entries(providers);
  const full = new Set(named);
  const exactMatches = all.filter(([provider]) => full.has(`${provider}/${name}`));
  const vendors = all.filter(([, each]) => isVendors(each));
  const own = vendors.filter(([, { kind }]) => VENDORS[String(kind)]?.models.test(name));
  const others = all.filter((each) => !vendors.includes(each));
  return ([exactMatches, own, others].find((each) => each.length > 0) ?? []).map(([provider]) => provider);
}

function isVendors({ kind, base_url: url }: ModelProvider): boolean {
  if (url === undefined) return true;
  const host = typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : '';
  return host.split('.').slice(-2).join('.') === VENDORS[String(kind)]?.host;
}

export const models = block(
  'models',
  'The language models. Without any, coda understands plain requests by itself.',
  named.optional(),
  [
    {
      env: 'ANTHROPIC_API_KEY',
      path: ['providers', 'anthropic', 'api_key'],
      also: { path: ['providers', 'anthropic', 'kind'], value: 'anthropic' },
    },
    {
      env: 'OPENAI_API_KEY',
      path: ['providers', 'openai', 'api_key'],
      also: { path: ['providers', 'openai', 'kind'], value: 'openai-compatible' },
    },
  ],
);
