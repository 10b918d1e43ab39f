-- Catalogs that skills were looked up in, as they were accepted last: another key, or an older serial, is refused.
create table skill_catalogs (
  location    text primary key,                   -- its address, or the absolute path of its file
  name        text not null,
  format      text not null,                      -- coda, discovery, plugins
  key         text,                               -- minisign's public key; null: accepted without a signature
  serial      bigint,                             -- null: the format has none
  hash        text not null,                      -- SHA-256 of its bytes
  seen_at     timestamptz not null,               -- first accepted
  checked_at  timestamptz not null,
  failure     text                                -- why the last daily look failed
);

-- Skills that were installed from a catalog.
create table skill_market_installs (
  name            text primary key,
  catalog         text not null references skill_catalogs,
  version         text,
  sha256          text not null,                  -- of the bundle
  pin             text not null,                  -- of its files, as in skill_pins
  installed_at    timestamptz not null,
  revoked_at      timestamptz,                    -- it rests since
  revoked_reason  text
);
create index skill_market_installs_catalog on skill_market_installs (catalog);
