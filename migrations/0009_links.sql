-- How one person is known on several platforms.

-- The code that a person has given out, and the codes that they entered in vain.
create table links (
  person_id        uuid primary key references persons (id),
  code             text unique,                  -- SHA-256 of the code; null: none is open
  expires_at       timestamptz,
  conversation_id  uuid references conversations (id), -- where to tell them what came of it
  failed           smallint not null default 0,  -- entered in vain since `failed_at`
  failed_at        timestamptz
);

-- What the platform said of an identity when it was heard from last: the role that the adapter vouches for, and groups.
-- With the access rules it gives the identity's role; the highest of a person's identities is the person's.
alter table identities add column claim jsonb not null default '{}';
