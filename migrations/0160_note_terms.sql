-- The words of each person's notes: a misspelt one is looked for among them, by trigrams where this database has them.
-- Triggers derive them from the notes, so that they are right whichever version of coda writes; backups leave them out.
create table note_terms (
  person_id  uuid not null references persons (id),
  term       text not null,
  notes      integer not null,                   -- how many notes of the person's hold it, but for deleted ones
  primary key (person_id, term)
);
comment on table note_terms is 'derived';

-- Of shorter words a slip makes other ones, and codes are not misspelt.
create function note_terms_of(title text, tags text[], body text) returns setof text language sql stable as $$
  select lexeme from unnest(to_tsvector('simple', concat_ws(' ', title, array_to_string(tags, ' '), body)))
   where length(lexeme) between 4 and 40 and lexeme ~ '^[[:alpha:]]+$'
$$;

-- Each word is touched once a statement and in one order, so that two writers do not wait for each other in a circle.
create function note_terms_follow() returns trigger language plpgsql as $$
declare
  counted constant text := 'select n.person_id, t.term, %s as notes from %s n, note_terms_of(n.title, n.tags, n.text) t (term) where n.deleted_at is null';
  went constant text := format(counted, -1, 'note_terms_went');
  came constant text := format(counted, 1, 'note_terms_came');
begin
  execute format(
    'with changed as (
       select person_id, term, sum(notes) as notes from (%s) one group by 1, 2 having sum(notes) <> 0
     ), held as (
       select person_id, term, t.notes + c.notes as left_over from note_terms t join changed c using (person_id, term)
        where c.notes < 0 order by 1, 2 for update of t
     ), gone as (
       delete from note_terms t using held h where t.person_id = h.person_id and t.term = h.term and left_over <= 0
     ), fewer as (
       update note_terms t set notes = left_over from held h
        where t.person_id = h.person_id and t.term = h.term and left_over > 0
     )
     insert into note_terms as t (person_id, term, notes)
     select person_id, term, notes from changed where notes > 0 order by 1, 2
     on conflict (person_id, term) do update set notes = t.notes + excluded.notes',
    case tg_op when 'INSERT' then came when 'DELETE' then went else went || ' union all ' || came end);
  return null;
end
$$;
create trigger note_terms_insert after insert on notes referencing new table as note_terms_came
  for each statement execute function note_terms_follow();
create trigger note_terms_delete after delete on notes referencing old table as note_terms_went
  for each statement execute function note_terms_follow();
create trigger note_terms_update after update on notes
  referencing old table as note_terms_went new table as note_terms_came
  for each statement execute function note_terms_follow();

create function note_terms_empty() returns trigger language plpgsql as $$
begin
  delete from note_terms;
  return null;
end
$$;
create trigger note_terms_truncate after truncate on notes for each statement execute function note_terms_empty();

insert into note_terms (person_id, term, notes)
select n.person_id, t.term, count(*) from notes n, note_terms_of(n.title, n.tags, n.text) t (term) where n.deleted_at is null group by 1, 2;

-- Has the words found by trigrams, where pg_trgm is here or may be created; says why not where it cannot. Called again at
-- each start: a server may have come to it, or lost it.
create function note_trigrams() returns text language plpgsql as $$
declare
  home text;
begin
  -- Replicas start at the same time.
  perform pg_advisory_xact_lock(hashtext('note_trigrams'));
  begin
    create extension if not exists pg_trgm;
    select extnamespace::regnamespace::text into home from pg_extension where extname = 'pg_trgm';
    execute format('select %s.similarity(''here'', ''there'')', home);
    if to_regclass('note_terms_alike') is null then
      -- The person too: of 10,000 people most have a common word. What waits to be put into an index is read whole by each search.
      execute format('create index note_terms_alike on note_terms using gin ((array[person_id::text]), term %s.gin_trgm_ops)
                      with (fastupdate = off)', home);
    end if;
    return null;
  exception when others then
    -- An index whose library is gone would refuse all that is written.
    drop index if exists note_terms_alike;
    return sqlerrm;
  end;
end
$$;

-- The words of the person's notes that are most like each of these: a word that they have is like itself alone. None where
-- there are no trigrams.
create function note_terms_like(whose uuid, words text[], most integer)
returns table (word text, term text) language plpgsql stable as $$
declare
  home text := (select e.extnamespace::regnamespace::text from pg_extension e where e.extname = 'pg_trgm');
begin
  if home is null or to_regclass('note_terms_alike') is null then
    return;
  end if;
  return query execute format(
    'select w.word, t.term from unnest($2) w (word), lateral (
       (select n.term from note_terms n where n.person_id = $1 and n.term = w.word)
       union all
       (select n.term from note_terms n
         where not exists (select from note_terms k where k.person_id = $1 and k.term = w.word)
           and array[n.person_id::text] @> array[$1::text] and n.term operator(%1$s.%%) w.word
         order by %1$s.similarity(n.term, w.word) desc, n.notes desc limit $3)) t', home) using whose, words, most;
end
$$;

select note_trigrams();
