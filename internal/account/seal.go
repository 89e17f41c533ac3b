package account

import (
	"encoding/json"

	"okno/internal/secret"
)

func sealJSON(key secret.Key, at secret.Place, value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return key.Seal(at, text), nil
}

func openJSON(key secret.Key, at secret.Place, sealed []byte, value any) error {
	if len(sealed) == 0 {
		return nil
	}
	text, err := key.Open(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}
