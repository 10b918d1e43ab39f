/** A server with a certificate that nobody but its owner trusts, in front of another one. */
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const pem = (kind: string, lines: readonly string[]) =>
  [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');

/** For 127.0.0.1, signed by itself, for a hundred years. */
const KEY = pem('PRIVATE KEY', [
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggFzfbwTjBNmoqd/b',
  '2EYkpn8reJIrTwa9w6Kkc/yK89uhRANCAATL2SXEtQOwQW3bcB3N4rhHkIjMTa2n',
  'y6PJ9LZ0ueS6RODPvLcRa1p8licfcrQ5ds8DsEk4k6vsgQAyNCPdHydH',
]);
const CERTIFICATE = pem('CERTIFICATE', [
  'MIIBkDCCATagAwIBAgIUH7GgOgCGwNWhOOe/vCS7b9YgibswCgYIKoZIzj0EAwIw',
  'FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNzAwNDAxNloYDzIxMjYxMTAz',
  'MDA0MDE2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAATL2SXEtQOwQW3bcB3N4rhHkIjMTa2ny6PJ9LZ0ueS6RODPvLcRa1p8',
  'licfcrQ5ds8DsEk4k6vsgQAyNCPdHydHo2QwYjAdBgNVHQ4EFgQUMf9uqkvRm3Qw',
  'f4p45dLTYX+/LjwwHwYDVR0jBBgwFoAUMf9uqkvRm3Qwf4p45dLTYX+/LjwwDwYD',
  'VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC',
  'IQDFPlAn55yE2Vp2bomKH36/cbuw4QWY61U1ipyAIkYjPgIgCCKHrVl7A2epl0qL',
  'L9Nx8HhtAU05tWMSEaxr9mTs43k=',
]);

/** `to`: what it passes requests on to. */
export async function privately(to: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const passed = request(new URL(url, to), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
