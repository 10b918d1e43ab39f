import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { load } from '../../config/support.ts';

const page = readFileSync(join(packageRoot(), 'docs/models.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const keys = [...page.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);

test.each(blocks)('what docs/models.md shows can be taken as it stands:\n%s', (yaml) => {
  // The two that override would add their providers to every block.
  const env = Object.fromEntries(keys.map((name) => [`${name}_HERE`, 'sk-any-key']));
  const { models } = load(yaml.replaceAll('_API_KEY}', '_API_KEY_HERE}'), { env });
  expect(models).toBeDefined();
});

test.each([
  'Ollama',
  'Anthropic',
  'OpenAI',
  'LM Studio',
  'vLLM',
  'OpenRouter',
  'Groq',
  'Mistral',
  'DeepSeek',
  'Gemini',
])('%s has a block of its own', (service) => {
  const [, block = ''] = new RegExp(`^## [^\\n]*${service}[^\\n]*\\n+\`\`\`yaml\\n([^\`]*)`, 'm').exec(page) ?? [];
  expect(block).toContain(`  default: ${service.toLowerCase().replace(' ', '')}/`);
});

test('a local model comes first, and needs no key', () => {
  expect(load(blocks[0] ?? '').models?.providers.ollama).toMatchObject({ kind: 'openai-compatible' });
});

test('providers of which nobody can know a model want one that answers, and are told so at once', () => {
  const yaml =
    'models:\n  providers:\n    ollama: { kind: openai-compatible, base_url: "http://localhost:11434/v1" }\n';
  expect(() => load(yaml)).toThrow(/models\.providers: expected default.*ollama\/name-of-the-model/);
});
