-- +goose Up
-- When the code of an envelope was last tried: after two tries each further one
-- wants a solved challenge or half a minute of rest (SEC-09).
ALTER TABLE proofing_envelope ADD COLUMN tried_at BIGINT;
