-- Passkeys with which people sign in at the page: public keys, of which the private part never leaves its device.
create table passkeys (
  id             uuid primary key,
  person_id      uuid not null references persons (id),
  credential_id  text not null unique,   -- base64url, as its authenticator names it
  rp_id          text not null,          -- the host name that it is bound to
  handle         text not null,          -- base64url; its authenticator stores it in the place of a name, one for each person
  public_key     text not null,          -- base64url of the SPKI
  algorithm      integer not null,       -- of COSE: -7, -8 or -257
  counter        bigint not null,        -- uses as its authenticator counts them; 0 where it does not
  name           text not null,
  created_at     timestamptz not null,
  used_at        timestamptz,
  copied_at      timestamptz             -- refused last because its counter went back
);
create index passkeys_of on passkeys (person_id);

-- Challenges that wait for an answer, each good once. Those with a person are for a passkey that is added.
create table passkey_challenges (
  hash        text primary key,          -- SHA-256
  person_id   uuid references persons (id),
  handle      text,
  expires_at  timestamptz not null
);
create index passkey_challenges_of on passkey_challenges (person_id) where person_id is not null;
