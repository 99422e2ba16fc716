-- +goose Up

-- The picture that an article leads with: its address, who took it and what it shows.
alter table articles add column picture text not null default '';
alter table articles add column picture_credit text not null default '';
alter table articles add column picture_alt text not null default '';

-- stories says which story each article is in, so that stories keep their names.
create table stories (
    article text not null primary key check (article <> ''),
    story   text not null check (story <> '')
);
