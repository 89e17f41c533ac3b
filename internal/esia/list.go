package esia

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/oidc"
	"okno/internal/profile"
)

// List is /rs/prns/{oid}/{list}: links, or the elements themselves. Roles are never
// links.
func (e *ESIA) List(ctx context.Context, token, oid, list string, embed Embed) (Thing, error) {
	v, err := e.look(ctx, token, oid)
	if err != nil {
		return nil, err
	}
	elements, err := v.list(list)
	if err != nil {
		return nil, v.heard(err)
	}
	return v.collection(list, elements, embed.Elements), nil
}

// Element is one of a list, by the number in its link; a nil Thing when there is none.
func (e *ESIA) Element(ctx context.Context, token, oid, list, id string) (Thing, error) {
	v, err := e.look(ctx, token, oid)
	if err != nil {
		return nil, err
	}
	elements, err := v.list(list)
	if err != nil {
		return nil, v.heard(err)
	}
	for _, one := range elements {
		if strconv.FormatInt(one["id"].(int64), 10) == id {
			return one, nil
		}
	}
	return nil, nil
}

// scopeOf are the scopes of which one opens a list that holds nothing yet.
var scopeOf = map[string][]string{organisations: {"usr_org", "usr_inf"}, roles: {"usr_org", "usr_inf"}, children: {"kids"}, vehicles: {"vehicles"}}

// list gives the elements of a list that the token opens; a Refusal when it opens none of it.
func (v view) list(list string) ([]Thing, error) {
	closed := refuse(oidc.InsufficientScope, noPermission)
	switch list {
	case contacts:
		if !v.opens(client.Phone) && !v.opens(client.Email) {
			return nil, closed
		}
		return v.contacts(), nil
	case addresses:
		if !v.opens(client.Address) {
			return nil, closed
		}
		return v.addresses(), nil
	case documents:
		if !v.opens(client.Identity) {
			return nil, closed
		}
		return v.documents(), nil
	}
	scopes, known := scopeOf[list]
	if !known || !slices.ContainsFunc(scopes, v.grant.Has) {
		return nil, closed
	}
	return nil, nil
}

// collection is a list as ESIA writes it.
func (v view) collection(list string, elements []Thing, whole bool) Thing {
	items := []any{}
	for _, one := range elements {
		if whole || list == roles {
			items = append(items, one)
			continue
		}
		items = append(items, v.Origin()+"/rs/prns/"+string(v.holder.Person)+"/"+list+"/"+strconv.FormatInt(one["id"].(int64), 10))
	}
	return tagged(Thing{"stateFacts": []string{"hasSize"}, "size": len(items), "elements": items})
}

// element is an element of a list, with the number by which it is linked.
func (v view) element(list, key string, more Thing) Thing {
	more["stateFacts"], more["id"] = []string{"Identifiable"}, v.id(list, key)
	return tagged(more)
}

// id is the number of an element: the same for one system for ever, and another one for others.
func (v view) id(list, key string) int64 {
	sum := sha256.Sum256([]byte(v.Vault.Index("esia.element", string(v.client.ID)+"|"+string(v.holder.Person)+"|"+list+"|"+key)))
	return int64(binary.BigEndian.Uint32(sum[:]) >> 1)
}

// tagged adds the eTag, which changes with the content.
func tagged(t Thing) Thing {
	text, err := json.Marshal(t)
	if err != nil {
		return t
	}
	sum := sha256.Sum256(text)
	t["eTag"] = strings.ToUpper(hex.EncodeToString(sum[:20]))
	return t
}

func (v view) contacts() (list []Thing) {
	for _, c := range v.known.Contacts {
		switch {
		case c.Kind == account.Phone && v.opens(client.Phone):
			list = append(list, v.element(contacts, c.ID, Thing{"type": "MBT", "vrfStu": "VERIFIED", "value": phone(c.Value)}))
		case c.Kind == account.Email && v.opens(client.Email):
			list = append(list, v.element(contacts, c.ID, Thing{"type": "EML", "vrfStu": "VERIFIED", "value": c.Value}))
		}
	}
	return list
}

// phone is a number as ESIA writes it, +7(912)0000001; numbers of other plans stay as they are.
func phone(value string) string {
	if len(value) == 12 && strings.HasPrefix(value, "+7") {
		return "+7(" + value[2:5] + ")" + value[5:]
	}
	return value
}

func (v view) addresses() (list []Thing) {
	for _, kind := range []struct{ which, name string }{{profile.Registration, "PRG"}, {profile.Residence, "PLV"}} {
		parts := v.known.Address(kind.which)
		if len(parts) == 0 {
			continue
		}
		a := Thing{"type": kind.name, "countryId": country(v.Law.Citizenship.Own)}
		for _, part := range []struct{ name, code string }{{"zipCode", "postcode"}, {"region", "region"}, {"city", "city"}, {"street", "street"}, {"house", "house"}, {"flat", "flat"}} {
			if parts[part.code] != "" {
				a[part.name] = parts[part.code]
			}
		}
		a["addressStr"] = oneLine(parts)
		list = append(list, v.element(addresses, kind.which, a))
	}
	return list
}

func oneLine(parts map[string]string) string {
	var line []string
	for _, code := range []string{"region", "city", "street", "house", "flat"} {
		if parts[code] != "" {
			line = append(line, parts[code])
		}
	}
	return strings.Join(line, ", ")
}

// documentTypes is how ESIA calls documents that packs call so; others go by the pack's code.
var documentTypes = map[string]string{"ru_passport": "RF_PASSPORT", "foreign_document": "FID_DOC"}

func (v view) documents() (list []Thing) {
	d := v.known.IdentityDocument()
	if !d.Exists() {
		return nil
	}
	kind, known := documentTypes[d.Kind]
	if !known {
		kind = strings.ToUpper(d.Kind)
	}
	one := Thing{"type": kind, "vrfStu": "NOT_VERIFIED"}
	if v.known.Value(d.Kind + ".number").Confirmed() {
		one["vrfStu"] = "VERIFIED"
	}
	for _, field := range []struct{ name, value string }{{"series", d.Fields["series"]}, {"number", d.Fields["number"]}, {"issueDate", day(d.Fields["issued_on"])},
		{"issuedBy", d.Fields["issued_by"]}, {"issueId", strings.ReplaceAll(d.Fields["department_code"], "-", "")}} {
		if field.value != "" {
			one[field.name] = field.value
		}
	}
	return append(list, v.element(documents, d.Kind, one))
}
