// A real oidc-provider, in one file, for `cargo xtask conformance oidc-provider`.
//
//   node op.mjs [ACCESS_SECONDS]
//
//   ACCESS_SECONDS  lifetime of an access token and of a device code, 7200 unless given
//
// Its folder is below one where `npm ci` installed its one package. It takes a free port of 127.0.0.1
// and prints its origin, which is its issuer, as the first line once it listens. Ends at SIGTERM, at
// SIGINT, and when its standard input closes, so it never outlives the program that started it. It
// stores everything in memory and writes no file.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const accessSeconds = Number(process.argv[2] ?? 7200);
if (!Number.isInteger(accessSeconds) || accessSeconds < 1) {
  console.error('usage: node op.mjs [ACCESS_SECONDS]');
  process.exit(2);
}

// --- Clients -----------------------------------------------------------------------------------

const CODE = 'authorization_code';
const REFRESH = 'refresh_token';
const ITSELF = 'client_credentials';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

function client(id, method, grants, more = {}) {
  return {
    client_id: id,
    application_type: 'native', // so that any port of a loopback redirect URI is valid
    token_endpoint_auth_method: method,
    grant_types: grants,
    response_types: ['code'],
    redirect_uris: ['http://127.0.0.1', 'http://127.0.0.1/callback', 'http://[::1]/callback', 'com.example.app:/cb'],
    ...more,
  };
}

const confidential = [CODE, REFRESH, ITSELF, DEVICE];
const clients = [
  client('public', 'none', [CODE, REFRESH, DEVICE]),
  client('conf', 'client_secret_basic', confidential, { client_secret: 'conf-secret' }),
  client('conf-body', 'client_secret_post', confidential, { client_secret: 'conf-secret' }),
  // Basic credentials are form-encoded here before they are joined (RFC 6749 section 2.3.1), so that
  // even the id may contain a colon.
  client('id:%2F+/&=? #', 'client_secret_basic', confidential, { client_secret: 's:%41 +/&=?#' }),
  client('id:%2F+/&=? # body', 'client_secret_post', confidential, { client_secret: 's:%41 +/&=?#' }),
  client('pushing', 'none', [CODE, REFRESH], { require_pushed_authorization_requests: true }),
];

// --- Provider ----------------------------------------------------------------------------------

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  scopes: ['read', 'write'],
  features: {
    // Its own pages: any name and any password log in, and consent is requested.
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    revocation: { enabled: true },
  },
  pkce: { required: () => true },
  // A refresh token can be used once; if it is reused, all tokens of its login are revoked. That is the
  // default for public clients; this setting extends it to all.
  rotateRefreshToken: () => true,
  // Refresh tokens without `offline_access`, which is OpenID Connect's.
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed(REFRESH),
  expiresWithSession: () => false,
  ttl: {
    AccessToken: accessSeconds,
    AuthorizationCode: 60,
    ClientCredentials: accessSeconds,
    DeviceCode: accessSeconds,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

// --- A resource server beside it ---------------------------------------------------------------

const CHALLENGE = 'Bearer error="invalid_token", error_description="the token is unknown, revoked or expired"';

provider.use(async (ctx, next) => {
  if (ctx.path !== '/api/ping') {
    await next();
    return;
  }
  const [, text] = /^Bearer (.+)$/i.exec(ctx.get('authorization')) ?? [];
  const kinds = [provider.AccessToken, provider.ClientCredentials];
  const found = text ? await Promise.all(kinds.map((kind) => kind.find(text))) : [];
  const token = found.find((one) => one?.isValid);
  if (token) {
    ctx.body = { user_id: token.accountId ?? null, scope: token.scope ?? '' };
  } else {
    ctx.status = 401;
    ctx.set('www-authenticate', CHALLENGE);
  }
});

// --- From the first line to the end ------------------------------------------------------------

const end = () => process.exit(0);
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end).on('error', end).resume();

provider.on('server_error', (ctx, error) => console.error(`${ctx.method} ${ctx.path}`, error));
server.on('request', provider.callback());
console.log(issuer);
