package relyingparty

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryTextIsInEveryLanguage(t *testing.T) {
	variable := regexp.MustCompile(`\{[a-z]+\}`)
	for key, all := range texts {
		names := func(s string) []string { return slices.Sorted(slices.Values(variable.FindAllString(s, -1))) }
		for i, text := range all {
			if text == "" || text != strings.TrimSpace(text) {
				t.Errorf("%s in %s is %q", key, languages[i], text)
			}
			if !slices.Equal(names(text), names(all[0])) {
				t.Errorf("%s in %s has other variables than in English", key, languages[i])
			}
		}
		if all[0] == all[1] && key != "claim.snils" || all[1] == all[2] {
			t.Errorf("%s is the same in two languages", key)
		}
		if !strings.ContainsFunc(all[2], func(r rune) bool { return r >= 0x600 && r <= 0x6ff }) {
			t.Errorf("%s in Persian is %q", key, all[2])
		}
	}
}

func TestEveryTextThatIsNamedExists(t *testing.T) {
	need := map[string]bool{}
	for code := range refusals {
		need["no."+code] = true
	}
	for _, k := range Kinds() {
		need["name."+string(k)], need["about."+string(k)], need["purpose."+string(k)] = true, true, true
		for _, scope := range manners[k].scopes {
			need["asks."+scope] = scope != "openid"
		}
	}
	for _, claim := range order {
		need["claim."+claim] = true
	}
	for _, way := range []string{"desk", "letter", "signature", "bank", "register", "contact", "envelope"} {
		need["way."+way] = true
	}
	for _, level := range []Level{Simplified, Standard, Verified} {
		need["level."+level.word()] = true
	}
	var source strings.Builder
	files, err := filepath.Glob("*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "texts.go" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(content)
	}
	for _, found := range regexp.MustCompile(`T "([a-z_.0-9]+)"|say\([^,]+, "([a-z_.0-9]+)"[,)]`).FindAllStringSubmatch(source.String(), -1) {
		need[found[1]+found[2]] = true
	}
	for key, needed := range need {
		if _, ok := texts[key]; needed && !ok {
			t.Errorf("there is no text %q", key)
		}
	}
	for key := range texts {
		titled, isTitle := strings.CutSuffix(key, ".title")
		if !need[key] && !(isTitle && need[titled]) && !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("nothing uses the text %q", key)
		}
	}
}
