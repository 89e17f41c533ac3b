package esia_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// described is what the test reads of the OpenAPI document.
type described struct {
	Paths      map[string]map[string]any `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	All        []schema          `json:"allOf"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Pattern    string            `json:"pattern"`
}

// fields gives the properties of a schema, its parts' too, and those that it always has.
func (d described) fields(s schema) (all map[string]schema, always []string) {
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		return d.fields(d.Components.Schemas[name])
	}
	all, always = maps.Clone(s.Properties), s.Required
	if all == nil {
		all = map[string]schema{}
	}
	for _, part := range s.All {
		more, needed := d.fields(part)
		maps.Copy(all, more)
		always = append(always, needed...)
	}
	return all, always
}

// holds says where an answer is not as its schema says.
func (d described) holds(t *testing.T, name string, answer map[string]any) {
	t.Helper()
	all, always := d.fields(d.Components.Schemas[name])
	if len(all) == 0 || len(answer) == 0 {
		t.Fatalf("%s: nothing to compare", name)
	}
	for _, field := range always {
		if answer[field] == nil {
			t.Errorf("%s lacks %s: %v", name, field, answer)
		}
	}
	for field, value := range answer {
		s, known := all[field]
		if !known {
			t.Errorf("%s is answered with %s, which is not described", name, field)
		}
		if text, is := value.(string); is && s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(text) {
			t.Errorf("%s: %s is %q, not as described", name, field, text)
		}
	}
}

// TestDescription holds the dialect's OpenAPI document against what is answered.
func TestDescription(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database *db.DB, now *clock.Fake) {
		c := open(t, database, now)
		a := c.read("/aas/oauth2/openapi.json", "")
		var d described
		if err := json.Unmarshal([]byte(a.body), &d); err != nil || a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %v", a.status, err)
		}
		t.Run("A-02 the document names every address of the dialect and no other", func(t *testing.T) {
			var mounted, named []string
			for _, r := range c.Visits().Routes() {
				pattern := strings.ReplaceAll(r.Pattern, "...}", "}")
				_, path, _ := strings.Cut(pattern, " ")
				if strings.HasSuffix(path, "/{$}") || !slices.ContainsFunc([]string{"/aas/", "/rs/", "/idp/"}, func(at string) bool { return strings.HasPrefix(path, at) }) {
					continue
				}
				mounted = append(mounted, pattern)
			}
			for path, methods := range d.Paths {
				for method := range methods {
					named = append(named, strings.ToUpper(method)+" "+path)
				}
			}
			slices.Sort(mounted)
			slices.Sort(named)
			if len(named) < 10 || !slices.Equal(mounted, named) {
				t.Errorf("described: %v\nanswered: %v", named, mounted)
			}
		})
		t.Run("A-02 what is answered is what the document says", func(t *testing.T) {
			id := c.irina(t)
			s := c.system(t, "TEST01", nil)
			tokens := s.tokens(c.browser(t, id), "scope", everyScope)
			d.holds(t, "Tokens", tokens)
			token, path := tokens["access_token"].(string), "/rs/prns/"+c.oid(id)
			d.holds(t, "Person", c.read(path+"?embed=(contacts.elements,addresses,documents,organizations,roles,kids,vehicles)", token).json)
			for _, list := range []string{"ctts", "addrs", "docs", "orgs"} {
				whole := c.read(path+"/"+list+"?embed=(elements)", token).json
				d.holds(t, "List", whole)
				for _, one := range whole["elements"].([]any) {
					d.holds(t, "Element", one.(map[string]any))
				}
			}
			d.holds(t, "DataError", c.read(path, "").json)
			d.holds(t, "DataError", c.read("/rs/orgs/1", token).json)
			d.holds(t, "DataError", c.read(path+"/ctts/1", token).json)
			d.holds(t, "TokenError", c.post("/aas/oauth2/te", url.Values{"client_id": {"TEST01"}}).json)
		})
	})
}
