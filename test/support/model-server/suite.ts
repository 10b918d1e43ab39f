import { afterAll, afterEach, expect } from 'vitest';
import { ModelServer } from './index.ts';

/**
 * The scripted server of a test file: its scenes and requests are forgotten after each test. A request that the service would
 * have refused fails the test, unless `refused` says that it may be.
 */
export async function modelServer({ refused = false } = {}): Promise<ModelServer> {
  const server = await ModelServer.start();
  afterEach(() => {
    const why = refused ? [] : [...server.refused];
    server.reset();
    expect(why).toEqual([]);
  });
  afterAll(() => server.close());
  return server;
}
