/** Passkeys of this browser and its devices: made and asked for at the challenge of coda. */
import { api, ask, Failure } from '../api/client.ts';
import { assistantName } from './session.ts';

/** False in a browser without them, and at an address for which it holds none. */
export const canHoldPasskeys = (): boolean => typeof PublicKeyCredential === 'function';

/** Signs in with a passkey that the person chooses. Rejects with a `Failure`. */
export async function signInWithPasskey(): Promise<void> {
  const { challenge, host, seconds } = await ask(api.POST('/v1/session/passkey/challenge'));
  const credential = await credentialOf(
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challenge),
        rpId: host,
        timeout: seconds * 1_000,
        userVerification: 'required',
      },
    }),
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  const body = {
    id: textOf(credential.rawId),
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    user_handle: textOf(response.userHandle ?? new ArrayBuffer(0)),
  };
  await ask(api.POST('/v1/session/passkey', { body }));
}

/** Makes a passkey for whoever is signed in, and adds it by this name; `current`: their password. Rejects with a `Failure`. */
export async function addPasskey(name: string, current: string | undefined): Promise<void> {
  const body = current === undefined ? {} : { current };
  const { challenge, host, seconds, user, algorithms, exclude } = await ask(
    api.POST('/v1/me/passkeys/challenge', { body }),
  );
  const credential = await credentialOf(
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(challenge),
        rp: { id: host, name: assistantName() },
        user: { id: bytesOf(user.handle), name: user.name, displayName: user.name },
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: exclude.map((id) => ({ type: 'public-key', id: bytesOf(id) })),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
        timeout: seconds * 1_000,
      },
    }),
  );
  const response = credential.response as AuthenticatorAttestationResponse;
  const answer = { client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) };
  await ask(api.POST('/v1/me/passkeys', { body: { name, ...answer } }));
}

/** The answer of the browser. It tells no page why there is none. */
async function credentialOf(request: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await request;
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError')
      throw new Failure(409, 'PASSKEY_THERE', 'This device has a passkey of yours already.');
  }
  throw new Failure(
    400,
    'PASSKEY_NONE',
    'No passkey came: it was called off, took too long, or is not on this device.',
  );
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
