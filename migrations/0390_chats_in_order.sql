-- A person's own conversation: in view, put aside, brought in from a file, or one of which nothing is to be remembered.
alter table conversations add column pinned_at timestamptz;
alter table conversations add column archived_at timestamptz;   -- out of the list until something is said there again
alter table conversations add column imported_at timestamptz;
alter table conversations add column temporary_at timestamptz;  -- set for good: whatever is said there goes with the next night
create index conversations_temporary on conversations (id) where temporary_at is not null;
