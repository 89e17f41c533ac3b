-- +goose Up
-- What is kept of an envelope's code is argon2id with the pepper (OTP-4). Envelopes
-- whose codes were kept otherwise are void: their holders get new ones.
ALTER TABLE proofing_envelope RENAME COLUMN code_mac TO code_hash;
UPDATE proofing_envelope SET state = 'void' WHERE state = 'handed';
