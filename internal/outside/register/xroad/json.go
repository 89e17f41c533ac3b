package xroad

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	maxBody  = 64 << 10 // of an answer, as of a question
	maxDepth = 16
)

var errJSON = errors.New("not the JSON that was expected")

// object is a JSON object; numbers are json.Number. Members are asked for by
// their exact names, and unknown ones are nobody's concern.
type object map[string]any

// readObject reads exactly one JSON object. encoding/json alone would take the
// last of two equal names, names in another case and what stands behind the
// end: two readers of one answer could then see two different answers.
func readObject(body []byte) (object, error) {
	if len(body) > maxBody || !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: too long or not UTF-8", errJSON)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	value, err := readValue(d, 1)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows", errJSON)
	}
	o, ok := value.(object)
	if !ok {
		return nil, fmt.Errorf("%w: no object", errJSON)
	}
	return o, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: too deep", errJSON)
	}
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: broken", errJSON) // the decoder's own words may quote the answer
	}
	switch token {
	case json.Delim('{'):
		return readMembers(d, depth)
	case json.Delim('['):
		return readList(d, depth)
	}
	return token, nil
}

func readMembers(d *json.Decoder, depth int) (any, error) {
	o := object{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: broken", errJSON)
		}
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("%w: a name stands there twice", errJSON)
		}
		if o[name], err = readValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("%w: broken", errJSON)
	}
	return o, nil
}

func readList(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		value, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("%w: broken", errJSON)
	}
	return list, nil
}

// text reads a member that is a text of at most so many octets.
func (o object) text(name string, most int) (string, error) {
	s, ok := o[name].(string)
	if !ok || s == "" || len(s) > most {
		return "", fmt.Errorf("%w: %s", errJSON, name)
	}
	return s, nil
}

// whole reads a member that is a whole number, not negative.
func (o object) whole(name string) (int64, error) {
	n, ok := o[name].(json.Number)
	if !ok {
		return 0, fmt.Errorf("%w: %s", errJSON, name)
	}
	i, err := n.Int64()
	if err != nil || i < 0 {
		return 0, fmt.Errorf("%w: %s", errJSON, name)
	}
	return i, nil
}

// objects reads a member that is a list of objects; null is none.
func (o object) objects(name string) ([]object, error) {
	list, ok := o[name].([]any)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errJSON, name)
	}
	objects := make([]object, len(list))
	for i, value := range list {
		if objects[i], ok = value.(object); !ok {
			return nil, fmt.Errorf("%w: %s", errJSON, name)
		}
	}
	return objects, nil
}
