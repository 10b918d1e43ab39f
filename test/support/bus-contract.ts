/** What every `Bus` owes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { World } from '../../src/base/world.ts';
import type { Bus } from '../../src/bus/index.ts';
import { eventually } from './eventually.ts';
import { testWorld } from './world.ts';

export interface BusContractOptions {
  open(world: World): Promise<Bus>;
  available: boolean;
}

export function busContract(name: string, { open, available }: BusContractOptions): void {
  describe.skipIf(!available)(`the bus on ${name}`, () => {
    let bus: Bus;

    beforeAll(async () => {
      bus = await open(testWorld());
      await eventually(() => bus.healthy());
    });
    afterAll(() => bus?.close());

    /** Subscribing takes a moment on the way to a server: publishes until the first is heard. */
    const subscribed = async (on: Bus, channel: string) => {
      const heard: string[] = [];
      const stop = on.subscribe(channel, (payload) => heard.push(payload));
      await eventually(() => {
        on.publish(channel, 'hello');
        return heard.length > 0;
      });
      await settled(on);
      heard.length = 0;
      return { heard, stop };
    };

    /** What was published before has arrived. */
    const settled = async (on: Bus) => {
      const mark = `mark-${Math.random()}`;
      const seen: string[] = [];
      const stop = on.subscribe('settled', (payload) => seen.push(payload));
      await eventually(() => {
        on.publish('settled', mark);
        return seen.includes(mark);
      });
      stop();
    };

    test('it is healthy', () => {
      expect(bus.healthy()).toBe(true);
    });

    test('everyone who listens to a channel hears it, in order, and nobody else does', async () => {
      const one = await subscribed(bus, 'one');
      const again = await subscribed(bus, 'one');
      const two = await subscribed(bus, 'two');
      await settled(bus);
      one.heard.length = 0;
      bus.publish('one', 'a');
      bus.publish('one', 'ü "quoted"\n');
      await settled(bus);
      expect(one.heard).toEqual(['a', 'ü "quoted"\n']);
      expect(again.heard).toEqual(one.heard);
      expect(two.heard).toEqual([]);
      for (const { stop } of [one, again, two]) stop();
    });

    test('after stopping nothing is heard, and others go on hearing', async () => {
      const stays = await subscribed(bus, 'stop');
      const leaves = await subscribed(bus, 'stop');
      leaves.stop();
      leaves.stop();
      stays.heard.length = 0;
      bus.publish('stop', 'later');
      await settled(bus);
      expect(stays.heard).toEqual(['later']);
      expect(leaves.heard).toEqual([]);
      stays.stop();
    });

    test('one function may listen twice, and each stop ends one of them', async () => {
      const heard: string[] = [];
      const hear = (payload: string) => void heard.push(payload);
      const stops = [bus.subscribe('twice', hear), bus.subscribe('twice', hear)];
      const witness = await subscribed(bus, 'twice');
      heard.length = 0;
      stops[0]?.();
      bus.publish('twice', 'once');
      await settled(bus);
      expect(heard).toEqual(['once']);
      stops[1]?.();
      witness.stop();
    });

    test('a listener that throws does not keep the others from hearing', async () => {
      const stop = bus.subscribe('throws', () => {
        throw new Error('no');
      });
      const other = await subscribed(bus, 'throws');
      bus.publish('throws', 'x');
      await settled(bus);
      expect(other.heard).toEqual(['x']);
      stop();
      other.stop();
    });

    test('once it is closed it is silent, and publishing is harmless', async () => {
      const closing = await open(testWorld());
      await eventually(() => closing.healthy());
      const { heard } = await subscribed(closing, 'closing');
      await closing.close();
      closing.publish('closing', 'x');
      bus.publish('closing', 'x');
      await settled(bus);
      expect(heard).toEqual([]);
      expect(closing.healthy()).toBe(false);
    });
  });
}
