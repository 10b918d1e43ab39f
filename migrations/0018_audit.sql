-- What was done: one row for each tool call, command that writes, decision, refusal and change of the configuration.
-- `person_id` follows the person (/link, /forget); `actor` is who it was when the row was sealed.
drop index audit_unsealed;
alter table audit_log
  drop column seal,
  drop constraint audit_log_pkey,
  -- The order in which entries were written: many share an instant.
  add column seq         bigint generated always as identity primary key,
  add column conversation_id uuid,
  add column skill       text,
  add column status      text not null default 'ok',
  add column code        text,
  add column duration_ms integer,
  add column origin      text not null default 'person',
  add column agent       text,
  -- Set when the row is sealed. `digest` stands for actor, conversation and detail, which can be blanked later with the salt.
  add column batch       bigint,
  add column actor       uuid,
  add column salt        uuid,
  add column digest      bytea,
  -- What another process still writes in the name of a person who was merged fails and is done again. Old rows may name one.
  add constraint audit_log_person foreign key (person_id) references persons (id) not valid;

create index audit_unsealed on audit_log (seq) where batch is null;
create index audit_batch on audit_log (batch) where batch is not null;
create index audit_person on audit_log (person_id);
create index audit_config on audit_log (seq) where action = 'config.change';
create index audit_at on audit_log using brin (at);

-- A chain: each hash covers the one before it and the rows of its batch.
create table audit_seals (
  n              bigint primary key,
  at             timestamptz not null,
  count          integer not null,
  first_at       timestamptz not null,
  last_at        timestamptz not null,
  hash           bytea not null,
  -- Its rows are gone: all were older than this.
  pruned_before  timestamptz
);
