/** An MCP service behind OAuth, of the SDK's own server parts: it registers clients, and its tokens are good once. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import type { AuthorizationParams, OAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import {
  createOAuthMetadata,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  mcpAuthRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { freePort } from '../ports.ts';

/** Gives a code to whoever asks, as if somebody had signed in. */
class Issuer implements OAuthServerProvider {
  readonly clients = new Map<string, OAuthClientInformationFull>();
  readonly codes = new Map<string, AuthorizationParams>();
  readonly access = new Map<string, string>();
  readonly refresh = new Set<string>();
  /** Every token that it ever gave. */
  readonly given: string[] = [];
  renewals = 0;
  /** Waited for after the tokens of a renewal were made, before they are given. */
  renewed: () => Promise<void> = async () => {};

  clientsStore = {
    getClient: (id: string) => this.clients.get(id),
    registerClient: (client: Omit<OAuthClientInformationFull, 'client_id' | 'client_id_issued_at'>) => {
      const full = { ...client, client_id: randomUUID() } as OAuthClientInformationFull;
      this.clients.set(full.client_id, full);
      return full;
    },
  };

  async authorize(
    _: OAuthClientInformationFull,
    params: AuthorizationParams,
    response: { redirect(to: string): void },
  ): Promise<void> {
    const code = randomUUID();
    this.codes.set(code, params);
    const to = new URL(params.redirectUri);
    to.search = new URLSearchParams({ code, state: params.state ?? '' }).toString();
    response.redirect(to.href);
  }

  async challengeForAuthorizationCode(_: OAuthClientInformationFull, code: string): Promise<string> {
    const params = this.codes.get(code);
    if (!params) throw new InvalidGrantError('no such code');
    return params.codeChallenge;
  }

  async exchangeAuthorizationCode({ client_id: id }: OAuthClientInformationFull, code: string): Promise<OAuthTokens> {
    if (!this.codes.delete(code)) throw new InvalidGrantError('no such code');
    return this.tokensFor(id);
  }

  async exchangeRefreshToken({ client_id: id }: OAuthClientInformationFull, token: string): Promise<OAuthTokens> {
    if (!this.refresh.delete(token)) throw new InvalidGrantError('it was used');
    this.renewals++;
    const tokens = this.tokensFor(id);
    await this.renewed();
    return tokens;
  }

  async verifyAccessToken(token: string) {
    const clientId = this.access.get(token);
    if (clientId === undefined) throw new InvalidTokenError('it has expired');
    return { token, clientId, scopes: [], expiresAt: Math.floor(Date.now() / 1_000) + 3_600 };
  }

  private tokensFor(clientId: string): OAuthTokens {
    const [access, refresh] = [`access-${randomUUID()}`, `refresh-${randomUUID()}`];
    this.access.set(access, clientId);
    this.refresh.add(refresh);
    this.given.push(access, refresh);
    return { access_token: access, token_type: 'bearer', expires_in: 3_600, refresh_token: refresh };
  }
}

/** Its only tool reads, and says who asks. */
function tools(): McpServer {
  const server = new McpServer({ name: 'guarded', version: '1' });
  const about = { description: 'Says hello.', annotations: { readOnlyHint: true } };
  server.registerTool('hello', about, async () => ({ content: [{ type: 'text', text: 'hello from within' }] }));
  return server;
}

export class Guarded implements AsyncDisposable {
  readonly issuer: Issuer;
  url = '';
  /** Clients that have connected so far. */
  connected = 0;
  private close = async () => {};

  private constructor(issuer: Issuer) {
    this.issuer = issuer;
  }

  /** `of`: the service whose issuer gives out its tokens, too. `path`: its own issuer's. */
  static async open(of?: Guarded, path = ''): Promise<Guarded> {
    const guarded = new Guarded(of?.issuer ?? new Issuer());
    const port = await freePort();
    const origin = new URL(`http://127.0.0.1:${port}`);
    const resource = new URL('/mcp', origin);
    const app = createMcpExpressApp();
    const limits = { rateLimit: false } as const;
    const provider = guarded.issuer as never;
    app.use(
      of
        ? mcpAuthMetadataRouter({
            oauthMetadata: createOAuthMetadata({ provider, issuerUrl: new URL('/', of.url) }),
            resourceServerUrl: resource,
          })
        : mcpAuthRouter({
            ...{ provider, issuerUrl: new URL(path, origin), resourceServerUrl: resource },
            ...{ authorizationOptions: limits, tokenOptions: limits, clientRegistrationOptions: limits },
          }),
    );
    const guard = requireBearerAuth({
      verifier: provider,
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
    });
    app.all('/mcp', guard, async (request, response) => {
      if (request.body?.method === 'initialize') guarded.connected++;
      const transport = new StreamableHTTPServerTransport({});
      const server = tools();
      response.on('close', () => void server.close());
      await server.connect(transport as never);
      await transport.handleRequest(request, response, request.body);
    });
    const listener = app.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    guarded.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`;
    guarded.close = async () => {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    };
    return guarded;
  }

  /** The time of every access token is up. */
  expire(): void {
    this.issuer.access.clear();
  }

  /** Nobody is signed in any more. */
  revoke(): void {
    this.expire();
    this.issuer.refresh.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What a browser does with the link: it is sent to the issuer, and from there back; gives where to. */
export async function browse(link: string): Promise<string> {
  const answer = await fetch(link, { redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}
