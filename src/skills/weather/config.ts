import { z } from 'zod';
import { block, duration, url } from '../../config/index.ts';

export const config = block(
  'weather',
  'The weather, from Open-Meteo: free for private use, without a key. Off unless it is switched on.',
  z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the weather may be asked for.'),
      place: z.string().min(1).max(100).optional().meta({
        description: 'Where it is meant if nobody says where; with it the daily briefing tells the weather, too.',
        example: 'Berlin',
      }),
      units: z.enum(['metric', 'imperial']).default('metric').describe('°C and km/h, or °F and mph.'),
      cache: duration('15m').describe('How long a forecast may be used again.'),
      forecast_url: url('http', 'https').default('https://api.open-meteo.com').describe('Who is asked for forecasts.'),
      geocoding_url: url('http', 'https')
        .default('https://geocoding-api.open-meteo.com')
        .describe('Who is asked where places are.'),
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;
