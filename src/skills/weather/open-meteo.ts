/** Open-Meteo: https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/geocoding-api */
import { z } from 'zod';
import type { Failed } from '../../agent/index.ts';
import { type Egress, Endpoint } from '../../egress/index.ts';
import type { Settings } from './config.ts';

export interface Spot {
  name: string;
  latitude: number;
  longitude: number;
}

export interface CurrentWeather {
  temperature: number;
  feels: number;
  code: number;
  wind: number;
}

export interface Day {
  /** There, as a calendar has it: `2026-11-23`. */
  date: string;
  code: number;
  high: number;
  low: number;
  /** Percent. */
  rain: number | undefined;
  wind: number;
}

export interface Forecast {
  now: CurrentWeather;
  days: Day[];
  degrees: string;
  speed: string;
}

export const DAYS = 16;

const label = z.string().transform((text) => text.replace(/[^\p{L}\p{M}\p{N} ,.'’()-]/gu, '').slice(0, 60));
const places = z.object({
  results: z
    .array(
      z.object({
        name: label,
        country: label.optional(),
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
      }),
    )
    .max(100)
    .optional(),
});

const numbers = z.array(z.number().nullable()).max(DAYS + 1);
const forecast = z.object({
  current: z.object({
    temperature_2m: z.number(),
    apparent_temperature: z.number(),
    weather_code: z.number(),
    wind_speed_10m: z.number(),
  }),
  daily: z.object({
    time: z.array(z.string().regex(/^\d{4}-\d\d-\d\d$/)).max(DAYS + 1),
    weather_code: numbers,
    temperature_2m_max: numbers,
    temperature_2m_min: numbers,
    precipitation_probability_max: numbers,
    wind_speed_10m_max: numbers,
  }),
});

const IMPERIAL = { temperature_unit: 'fahrenheit', wind_speed_unit: 'mph', precipitation_unit: 'inch' };

export class OpenMeteo {
  private readonly settings: Settings;
  private readonly geocoding: Endpoint;
  private readonly forecasts: Endpoint;

  /** `egress`: one that may reach what the owner configured. */
  constructor(settings: Settings, egress: Egress) {
    const options = { title: 'Open-Meteo', remedy: 'Try again later.' };
    this.settings = settings;
    this.geocoding = new Endpoint(egress, { ...options, base: settings.geocoding_url });
    this.forecasts = new Endpoint(egress, { ...options, base: settings.forecast_url });
  }

  async find(place: string, signal: AbortSignal): Promise<{ ok: true; spot: Spot | undefined } | Failed> {
    const query = { name: place, count: 1, language: 'en', format: 'json' };
    const answer = await this.geocoding.json({ path: 'v1/search', query, signal });
    if (!answer.ok) return answer;
    const read = places.safeParse(answer.value);
    if (!read.success) return this.geocoding.malformedFailure();
    const [match] = read.data.results ?? [];
    if (!match) return { ok: true, spot: undefined };
    const { name, country, latitude, longitude } = match;
    return { ok: true, spot: { name: country ? `${name}, ${country}` : name, latitude, longitude } };
  }

  async forecast({ latitude, longitude }: Spot, signal: AbortSignal): Promise<({ ok: true } & Forecast) | Failed> {
    const isImperial = this.settings.units === 'imperial';
    const query = {
      latitude,
      longitude,
      current: 'temperature_2m,apparent_temperature,weather_code,wind_speed_10m',
      daily: 'weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,wind_speed_10m_max',
      timezone: 'auto',
      forecast_days: DAYS,
      ...(isImperial && IMPERIAL),
    };
    const answer = await this.forecasts.json({ path: 'v1/forecast', query, signal });
    if (!answer.ok) return answer;
    const read = forecast.safeParse(answer.value);
    if (!read.success) return this.forecasts.malformedFailure();
    const { current, daily } = read.data;
    const now = {
      temperature: current.temperature_2m,
      feels: current.apparent_temperature,
      code: current.weather_code,
      wind: current.wind_speed_10m,
    };
    return {
      ok: true,
      now,
      days: daysOf(daily),
      degrees: isImperial ? '°F' : '°C',
      speed: isImperial ? 'mph' : 'km/h',
    };
  }
}

function daysOf(daily: z.output<typeof forecast>['daily']): Day[] {
  return daily.time.flatMap((date, index) => {
    const [code, high, low] = [daily.weather_code, daily.temperature_2m_max, daily.temperature_2m_min].map(
      (values) => values[index] ?? undefined,
    );
    if (code === undefined || high === undefined || low === undefined) return [];
    const rain = daily.precipitation_probability_max[index] ?? undefined;
    return [{ date, code, high, low, rain, wind: daily.wind_speed_10m_max[index] ?? 0 }];
  });
}
