-- A command that holds a conversation of its own takes answers only: it gets those, and nothing that answers nothing waits for it.
alter table instances add column only_answers boolean not null default false;
