-- +goose Up

-- sightings says whose an article is to see: '' for everyone, else a workspace (slack/T1) or one of its channels
-- (slack/T1/C1). at is when it was first brought for the owner, backlog whether it was no news then, revision the first that
-- the owner may see. What an owner took back is gone: other replicas hear of it by its seq.
create table sightings (
    article  text not null check (article <> ''),
    owner    text not null,
    seq      bigint not null unique check (seq >= 1),
    at       bigint,
    backlog  boolean not null,
    revision integer not null check (revision >= 1),
    gone     boolean not null default false,
    primary key (article, owner)
);
create index sightings_owner on sightings (owner);

-- What was read before is whose its source is; what no source that is still followed has brought is everyone's, as it was.
insert into sightings (article, owner, seq, at, backlog, revision)
select article, owner, row_number() over (order by article, owner), at, backlog, 1
from (
    select distinct a.id as article, a.read_at as at, a.backlog as backlog,
        case when s.owner is null then '' when s.workspace = '' then s.owner else s.platform || '/' || s.workspace end as owner
    from articles a left join sources s on s.url = a.source
    where a.revision = 1
) as brought;
insert into counters (name, value) select 'sighting', count(*) from sightings;

-- A source is for the workspace of the channel that added it, or for that channel alone.
alter table sources add column alone boolean not null default false;
