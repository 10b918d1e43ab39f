-- Codes with which the first visitor of the page shows that this coda is theirs. There are some only while nobody owns it.
create table first_codes (
  id          uuid primary key,
  hash        text not null,          -- SHA-256 of the code, as that of a pairing
  created_at  timestamptz not null,
  expires_at  timestamptz not null
);
