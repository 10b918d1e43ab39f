import { z } from 'zod';
import { block, duration, secret, secretText, url } from '../../config/index.ts';

const transcribe = z
  .strictObject({
    kind: z
      .enum(['none', 'openai-compatible', 'command', 'sherpa-onnx'])
      .default('none')
      .describe(
        'What turns recordings into text: openai-compatible = a service with /audio/transcriptions (OpenAI, Groq, the server of ' +
          'whisper.cpp); command = a program on this machine; sherpa-onnx = a model on this machine; none = recordings are not heard.',
      ),
    base_url: url('http', 'https').optional().meta({
      description: "The service's address (openai-compatible).",
      example: 'http://localhost:8080/v1',
    }),
    path: z
      .string()
      .startsWith('/')
      .default('/audio/transcriptions')
      .describe("Its path below the address; `/inference` for whisper.cpp's server."),
    model: z.string().min(1).optional().meta({ description: "The service's model.", example: 'whisper-1' }),
    language: z
      .string()
      .min(2)
      .max(10)
      .optional()
      .meta({ description: 'The language that is spoken, where it is always the same.', example: 'de' }),
    prompt: z
      .string()
      .max(1_000)
      .optional()
      .meta({ description: 'Names and words that come up, for the service.', example: 'Okafor, Vitodens' }),
    ...secret('api_key', secretText().optional(), {
      description: 'The key of the service, where it wants one.',
      file: 'speech_api_key',
      example: '${SPEECH_API_KEY:-sk-example}',
    }),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({
        description:
          'The program and its arguments (command): {file} stands for the recording, {wav} for it as a WAV of 16 kHz; its output is the text.',
        example: ['whisper-cli', '-m', '/models/base.bin', '-nt', '-f', '{wav}'],
      }),
    module: z
      .string()
      .min(1)
      .default('sherpa-onnx-node')
      .describe('The npm package of sherpa-onnx, or the folder where it is installed (sherpa-onnx).'),
    model_config: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description: "Files of the model, as sherpa-onnx's `modelConfig` names them (sherpa-onnx).",
        example: {
          tokens: '/models/tokens.txt',
          whisper: { encoder: '/models/encoder.onnx', decoder: '/models/decoder.onnx' },
        },
      }),
    timeout: duration('2m').describe('How long it may take.'),
    longest: duration('15m').describe('The longest recording that is heard.'),
    price_per_minute: z
      .number()
      .min(0)
      .max(1_000)
      .default(0)
      .describe("What a minute costs, in the currency of the models' prices: it counts in their budgets."),
  })
  .prefault({})
  .describe('How recordings and voice messages are heard.');

const speak = z
  .strictObject({
    kind: z
      .enum(['none', 'openai-compatible', 'command'])
      .default('none')
      .describe(
        'What speaks answers (/voice): openai-compatible = a service with /audio/speech; command = a program on this machine; ' +
          'none = answers are written only.',
      ),
    base_url: url('http', 'https').optional().meta({
      description: "The service's address (openai-compatible).",
      example: 'http://localhost:8880/v1',
    }),
    path: z.string().startsWith('/').default('/audio/speech').describe('Its path below the address.'),
    model: z.string().min(1).optional().meta({ description: "The service's model.", example: 'tts-1' }),
    voice: z.string().min(1).optional().meta({ description: "The service's voice.", example: 'alloy' }),
    ...secret('api_key', secretText().optional(), {
      description: 'The key of the service, where it wants one.',
      file: 'speaking_api_key',
      example: '${SPEAKING_API_KEY:-sk-example}',
    }),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({
        description:
          'The program and its arguments (command): the text comes on its input, its output is the recording, or {file} where it writes one.',
        example: ['espeak-ng', '--stdout'],
      }),
    timeout: duration('1m').describe('How long it may take.'),
    longest: z.number().int().min(100).max(10_000).default(1_500).describe('Characters of an answer that are spoken.'),
    price_per_1000_characters: z
      .number()
      .min(0)
      .max(1_000)
      .default(0)
      .describe("What a thousand characters cost, in the currency of the models' prices: it counts in their budgets."),
  })
  .prefault({})
  .describe('How answers are spoken.');

export const config = block(
  'speech',
  'Voice messages and recordings.',
  z
    .strictObject({ transcribe, speak })
    .prefault({})
    .superRefine(({ transcribe, speak: { kind: speaks, ...speaking } }, ctx) => {
      const lacks = speaks === 'command' ? 'command' : 'base_url';
      if (speaks !== 'none' && speaking[lacks] === undefined)
        ctx.addIssue({ code: 'custom', path: ['speak', lacks], message: `expected beside kind: ${speaks}` });
      const { kind } = transcribe;
      const needs = { 'openai-compatible': 'base_url', command: 'command', 'sherpa-onnx': 'model_config' } as const;
      const missing = kind !== 'none' && transcribe[needs[kind]] === undefined ? needs[kind] : undefined;
      if (missing)
        ctx.addIssue({ code: 'custom', path: ['transcribe', missing], message: `expected beside kind: ${kind}` });
    }),
);

export type Settings = z.output<typeof config.schema>;
