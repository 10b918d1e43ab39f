-- What an adapter keeps of an attempt at a part, so that a later one goes on with it: ids of files that were uploaded.
alter table outbox add column progress jsonb;
