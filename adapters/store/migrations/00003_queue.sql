-- +goose Up

-- river_digests says which job of the queue wakes the couriers for which delivery. It belongs to the queue, whose own tables
-- River makes: what it holds can be made anew from the deliveries at any time.
create table river_digests (
    subscription text not null,
    slot         bigint not null,
    job          bigint not null,
    primary key (subscription, slot)
);
