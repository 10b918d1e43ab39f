import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { play } from '../../support/play.ts';

/** An Open-Meteo as strict as the real one about what it is asked. */
let server: Server;
let base = '';
const asked: URL[] = [];
let isDown = false;

const PLACES: Record<string, unknown> = {
  berlin: { name: 'Berlin', country: 'Germany', latitude: 52.5, longitude: 13.4 },
  lisbon: { name: 'Lisbon', country: 'Portugal', latitude: 38.7, longitude: -9.1 },
};

function forecast(url: URL): unknown {
  const days = Array.from({ length: 16 }, (_, n) => new Date(Date.UTC(2026, 10, 20 + n)).toISOString().slice(0, 10));
  const all = (value: number) => days.map(() => value);
  const [high, unit] = url.searchParams.get('temperature_unit') === 'fahrenheit' ? [52, 'mph'] : [11.4, 'km/h'];
  return {
    current: { temperature_2m: 8.2, apparent_temperature: -0.6, weather_code: 61, wind_speed_10m: 14 },
    current_units: { wind_speed_10m: unit },
    daily: {
      time: days,
      weather_code: days.map((_, n) => (n === 1 ? 73 : 3)),
      temperature_2m_max: all(high),
      temperature_2m_min: all(3),
      precipitation_probability_max: days.map((_, n) => (n === 2 ? null : 80)),
      wind_speed_10m_max: all(25),
    },
  };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    asked.push(url);
    const name = url.searchParams.get('name')?.toLowerCase() ?? '';
    const found = url.pathname === '/v1/search' ? { results: PLACES[name] && [PLACES[name]] } : forecast(url);
    const isRight = url.pathname === '/v1/search' || url.searchParams.get('timezone') === 'auto';
    response.writeHead(isDown ? 503 : isRight ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
beforeEach(() => {
  asked.length = 0;
  isDown = false;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const config = () => ({
  'weather.enabled': true,
  'weather.forecast_url': base,
  'weather.geocoding_url': base,
});

test('the weather is asked for in plain English, here and elsewhere, now and on a day', async () => {
  await using coda = await play({ config: config() });
  const ana = coda.person('ana');
  const now = await ana.says("what's the weather like?");
  expect(now).toContain('Weather in Berlin, Germany:');
  expect(now).toContain('now: light rain, 8 °C (feels like −1), wind 14 km/h');
  expect(now).toContain('today: overcast, 3 to 11 °C, 80% chance of rain, wind up to 25 km/h');
  expect(now).toContain('tomorrow: snow, 3 to 11 °C');
  expect(await ana.says('weather in Lisbon tomorrow')).toBe(
    'Weather in Lisbon, Portugal:\nSat 21 Nov: snow, 3 to 11 °C, 80% chance of rain, wind up to 25 km/h',
  );
  expect(await ana.says('will it rain on Sunday?')).toContain('Sun 22 Nov: overcast, 3 to 11 °C, wind up to 25');
  expect((await ana.says('weather in Lisbon this week')).split('\n')).toHaveLength(8);
  // Each place and its forecast once.
  expect(asked).toHaveLength(4);
  expect(await ana.says('weather in Atlantis')).toContain('I do not know where “Atlantis” is');
  expect(await ana.says('the weather is nice')).not.toContain('Weather in');
});

test('the briefing tells of the place that is configured, and is there when nobody answers', async () => {
  await using coda = await play({ config: { ...config(), 'weather.place': 'Berlin', 'weather.cache': '0s' } });
  const ana = coda.person('ana');
  await ana.says('remind me at 18:00 to call Bob');
  const brief = await ana.says('/briefing');
  expect(brief).toContain('Weather');
  expect(brief).toContain('Berlin, Germany: overcast, 3 to 11 °C');
  expect(brief).toContain('call Bob');
  isDown = true;
  const without = await ana.says('/briefing');
  expect(without).toContain('call Bob');
  expect(without).not.toContain('Weather');
  expect(await ana.says('weather')).toContain('Open-Meteo is out of order (503)');
});
