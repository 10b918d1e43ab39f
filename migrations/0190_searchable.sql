-- PostgreSQL's parser of words looks for tags, addresses and paths; each begun one that does not end is read to the end of the
-- text: `_a` or `<!--` ten thousand times takes seconds, and four times as long when there is twice as much. What is indexed, and
-- what is searched, goes through this function: bounded, and words alone. Beyond ASCII nothing begins such a search.
create function searchable(words text) returns text language sql immutable parallel safe as $$
  select pg_catalog.regexp_replace(pg_catalog.left(words, 200000), '[!-/:-@\[-`{-~]+', ' ', 'g')
$$;

drop index messages_words;
create index messages_words on messages using gin (to_tsvector('simple', searchable(content ->> 'text')));

alter table notes drop column search;
alter table notes add column search tsvector generated always as (
  setweight(to_tsvector('simple', searchable(coalesce(title, ''))), 'A') ||
  setweight(to_tsvector(language, searchable(coalesce(title, ''))), 'A') ||
  setweight(array_to_tsvector(array_remove(tags, '')), 'B') ||
  setweight(to_tsvector(language, searchable(text)), 'C') ||
  to_tsvector('simple', searchable(text)) ||
  array_to_tsvector(array['/p' || person_id::text] || case when scope = 'here' then array['/c' || conversation_id::text] else '{}' end)
) stored;
create index notes_search on notes using gin (search);

create or replace function note_terms_of(title text, tags text[], body text) returns setof text language sql stable as $$
  select lexeme from unnest(to_tsvector('simple', searchable(concat_ws(' ', title, array_to_string(tags, ' '), body))))
   where length(lexeme) between 4 and 40 and lexeme ~ '^[[:alpha:]]+$'
$$;
delete from note_terms;
insert into note_terms (person_id, term, notes)
select n.person_id, t.term, count(*) from notes n, note_terms_of(n.title, n.tags, n.text) t (term) where n.deleted_at is null group by 1, 2;
