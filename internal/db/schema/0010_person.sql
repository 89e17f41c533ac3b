-- +goose Up
CREATE TABLE person_person (
    id          TEXT PRIMARY KEY,
    created_at  BIGINT NOT NULL
);
