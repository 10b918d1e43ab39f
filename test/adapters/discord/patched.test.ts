import { createRequire } from 'node:module';
import { Client, SimpleShardingStrategy, version } from 'discord.js';
import { expect, test } from 'vitest';

/** The versions whose code src/adapters/discord/connection.ts was written against. */
const LOOKED_AT = { 'discord.js': '14.28.1', '@discordjs/ws': '1.2.3' };

const ws = createRequire(createRequire(import.meta.url).resolve('discord.js'))('@discordjs/ws') as {
  version: string;
  WebSocketShard: { prototype: object };
};

test('the versions of discord.js whose private methods coda replaces are those that were looked at', () => {
  const remedy =
    'Another discord.js is installed than the one whose private methods coda replaces. Read WebSocketShard of ' +
    '@discordjs/ws and WebSocketManager of discord.js beside src/adapters/discord/connection.ts (listen), ' +
    'play test/adapters/discord, then write the new versions here.';
  expect({ 'discord.js': version, '@discordjs/ws': ws.version }, remedy).toEqual(LOOKED_AT);
});

/** Fails with a sentence, where the source of `code` does not hold `part` any more. */
function stillHolds(code: object, part: string, who: string): void {
  const gone = `"${part}" is gone from @discordjs/ws ${ws.version} or discord.js ${version}: what ${who} puts there is never run.`;
  expect(String(code).includes(part), gone).toBe(true);
}

test.each(['onMessage', 'unpackMessage', 'onClose', 'heartbeat', 'internalConnect', 'destroy'])(
  'discord.js still calls what coda puts in the place of its shard’s %s',
  (method) => {
    const gone = `WebSocketShard of @discordjs/ws ${ws.version} has no method "${method}" any more, which connection.ts replaces.`;
    expect(typeof Reflect.get(ws.WebSocketShard.prototype, method), gone).toBe('function');
    stillHolds(ws.WebSocketShard, `this.${method}(`, 'connection.ts');
  },
);

test('discord.js still keeps its shards, and the address that they connect to, where coda takes them from', () => {
  stillHolds(SimpleShardingStrategy.prototype.spawn, 'this.shards.set(', 'connection.ts');
  for (const part of [
    'this.connection = connection',
    'this.strategy.retrieveSessionInfo(',
    'this.strategy.options.gatewayInformation.url',
  ]) {
    stillHolds(ws.WebSocketShard, part, 'connection.ts');
  }
});

test('discord.js still hands its events to the method that coda empties', async () => {
  const client = new Client({ intents: [] });
  const gone = `The Gateway's manager of discord.js ${version} has no "handlePacket" any more, which connection.ts replaces.`;
  expect(typeof Reflect.get(client.ws, 'handlePacket'), gone).toBe('function');
  stillHolds(client.ws.constructor, 'this.handlePacket(', 'connection.ts');
  await client.destroy();
});
