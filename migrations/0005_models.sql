-- What models cost, and what long conversations are summed up to.

alter table usage
  add column day             date,                       -- in the household's zone
  add column purpose         text not null default 'answer',
  add column written_tokens  bigint not null default 0,  -- of the input, what went into the service's cache
  add column estimated       boolean not null default false,
  add column repairs         text[] not null default '{}';
create index usage_conversation on usage (conversation_id, at);
create index usage_at on usage (at);

-- The sums that budgets are held against, so that a look is a few rows however much was said.
create table spending (
  day            date not null,
  person_id      uuid not null,
  calls          integer not null default 0,
  input_tokens   bigint not null default 0,
  cached_tokens  bigint not null default 0,
  output_tokens  bigint not null default 0,
  unpriced       bigint not null default 0,              -- tokens of models without a price
  price          double precision not null default 0,
  told           boolean not null default false,         -- that little is left
  primary key (day, person_id)
);

-- What a conversation came to, up to a message. The messages themselves stay.
create table summaries (
  conversation_id  uuid not null references conversations (id),
  epoch            integer not null,
  covers_seq       bigint not null,                      -- the last message that went into it
  messages         integer not null,                     -- how many did, all in all
  text             text not null,
  tainted          boolean not null default false,
  model            text not null,
  created_at       timestamptz not null,
  primary key (conversation_id, epoch, covers_seq)
);

create index messages_words on messages using gin (to_tsvector('simple', coalesce(content ->> 'text', '')));
