import { describe, expect, test } from 'vitest';
import { Order } from '../../../src/delivery/text/split.ts';

describe('in a channel where something has to wait', () => {
  test('what comes later waits behind it, in the order in which it came, and goes on when it was sent', () => {
    const order = new Order();
    expect(order.delayBehind('room', { key: 'first' }, 0)).toBe(0);
    order.putOff('room', 'first', 4_000);
    const second = order.delayBehind('room', { key: 'second' }, 100);
    const third = order.delayBehind('room', { key: 'third' }, 200);
    expect(100 + second).toBeGreaterThan(4_000);
    expect(200 + third).toBeGreaterThan(100 + second);
    // Its time has come: nobody is before it, and the others still wait for it.
    expect(order.delayBehind('room', { key: 'first' }, 4_000)).toBe(0);
    expect(order.delayBehind('room', { key: 'second' }, 4_000)).toBeGreaterThan(0);
    order.done('room', 'first');
    expect(order.delayBehind('room', { key: 'second' }, 4_100)).toBe(0);
    expect(order.delayBehind('room', { key: 'third' }, 4_100)).toBeGreaterThan(0);
  });

  test('a later part of an answer goes right behind the one before it', () => {
    const order = new Order();
    order.putOff('room', 'first', 4_000);
    expect(order.delayBehind('room', { key: 'second' }, 100)).toBeGreaterThan(0);
    order.done('room', 'first');
    expect(order.delayBehind('room', { key: 'first, part two', index: 1 }, 4_100)).toBe(0);
  });

  test('nobody waits for ever: what never comes again is passed', () => {
    const order = new Order();
    order.putOff('room', 'lost', 1_000);
    expect(order.delayBehind('room', { key: 'next' }, 60_000)).toBe(0);
  });

  test('other channels go on', () => {
    const order = new Order();
    order.putOff('room', 'first', 4_000);
    expect(order.delayBehind('hall', { key: 'second' }, 0)).toBe(0);
  });
});
