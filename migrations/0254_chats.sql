-- What its person calls a conversation, and since when they do not want to see it any more.
alter table conversations add column title text;
alter table conversations add column hidden_at timestamptz;
create index inbox_person on inbox (person_id, seq);
