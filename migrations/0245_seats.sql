-- Terminals live in a process. The seat is the data folder of that process: of a conversation, the one where it was last spoken
-- in; of an instance, its own while sessions are attached to it.
alter table conversations add column seat uuid;
alter table instances add column seat uuid;
