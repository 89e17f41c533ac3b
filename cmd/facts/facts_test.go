package main

import (
	"strings"
	"testing"
)

const list = `# Facts
## REG. Registration
| ID | Requirement |
|---|---|
| REG-01 | Fields |
| REG-02 | Minimum |
| REG-03 | (ctx) History |
## NAV. Navigation
| NAV-01 | Top line |
## Pains: what users complain of
| P-01 | hard |
`

func stream(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		action, test, _ := strings.Cut(line, " ")
		b.WriteString(`{"Action":"` + action + `","Package":"okno/x","Test":"` + test + `"}` + "\n")
	}
	return b.String()
}

func told(t *testing.T, only string, results string) string {
	t.Helper()
	groups, err := readFacts(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := choose(groups, only)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readProofs(strings.NewReader(results))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	report(&out, groups, chosen, p)
	return out.String()
}

func TestWhatIsProved(t *testing.T) {
	for _, tt := range []struct{ name, results, want string }{
		{"nothing", "", "proved 0 of 3"},
		{"a subtest", stream("pass TestA/REG-01_fields"), "proved 1 of 3"},
		{"a subtest on both databases", stream("pass TestA/sqlite/REG-01_fields", "pass TestA/postgres/REG-01_fields"), "proved 1 of 3"},
		{"a failure on one database", stream("pass TestA/sqlite/REG-01_x", "fail TestA/postgres/REG-01_x"), "proved 0 of 3"},
		{"a failure before the pass", stream("fail TestA/REG-01_x", "pass TestB/REG-01_y"), "proved 0 of 3"},
		{"a skipped test proves nothing", stream("run TestA/REG-01_x", "skip TestA/REG-01_x"), "proved 0 of 3"},
		{"a test that never ended", stream("pass TestB/REG-01_y", "run TestA/REG-01_x"), "proved 0 of 3"},
		{"an ID in the middle", stream("pass TestA/of_REG-01_x"), "proved 0 of 3"},
		{"an ID of the parent only", stream("pass TestA/REG-01_x/sqlite"), "proved 0 of 3"},
		{"a longer number", stream("pass TestA/REG-011_x"), "proved 0 of 3"},
		{"the bare ID", stream("pass TestA/REG-01"), "proved 1 of 3"},
		{"two IDs", stream("pass TestA/REG-01_NAV-01_x"), "proved 2 of 3"},
		{"three IDs with commas", stream("pass TestA/REG-01,_REG-02,NAV-01:_x"), "proved 3 of 3"},
		{"an ID twice", stream("pass TestA/REG-01_REG-01_x"), "proved 1 of 3"},
		{"a failure under its second ID", stream("pass TestA/REG-02_x", "fail TestB/REG-01_REG-02_x"), "proved 0 of 3"},
		{"two IDs of a test that never ended", stream("run TestA/REG-01_REG-02_x", "pass TestB/REG-02_x"), "proved 0 of 3"},
		{"an ID after a word", stream("pass TestA/REG-01_and_REG-02_x"), "proved 1 of 3"},
		{"a range with dots", stream("pass TestA/REG-01..REG-02_x"), "proved 0 of 3"},
		{"a range with a hyphen", stream("pass TestA/REG-01-02_x"), "proved 0 of 3"},
		{"a background row", stream("pass TestA/REG-03_x"), "proved 0 of 3"},
		{"words of the compiler", "# okno/x\n" + stream("pass TestA/NAV-01_x") + "FAIL\n", "proved 1 of 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := told(t, "", tt.results)
			if last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]; strings.TrimSpace(last) != tt.want {
				t.Errorf("got %q, want %q in\n%s", last, tt.want, out)
			}
		})
	}
}

func TestWhatIsPrinted(t *testing.T) {
	results := stream("pass TestA/REG-02_x", "fail TestB/NAV-01_y", "pass TestC/Q-51_z", "pass TestC/OTP-2_z",
		"pass TestC/OTP-10_z", "fail TestC/D-16_z", "pass TestC/REG-99_z")
	want := `REG    1/2   Registration
     not proved: REG-01
NAV    0/1   Navigation
     not proved: all
     failed: NAV-01 okno/x TestB/NAV-01_y
requirements and decisions held (3): OTP-2 OTP-10 Q-51
requirements and decisions broken (1): D-16
no such fact (1): REG-99
proved 1 of 3
`
	if got := told(t, "", results); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := told(t, "NAV", results); strings.Contains(got, "REG    1") || !strings.HasSuffix(got, "proved 0 of 1\n") {
		t.Errorf("limited to NAV:\n%s", got)
	}
}

func TestMistakes(t *testing.T) {
	groups, _ := readFacts(strings.NewReader(list))
	if _, err := choose(groups, "REG,XXX"); err == nil {
		t.Error("an unknown group was accepted")
	}
	if _, err := readFacts(strings.NewReader("## REG. x\n| REG-01 | a |\n| REG-01 | b |\n")); err == nil {
		t.Error("a fact that stands twice was accepted")
	}
	if _, err := readFacts(strings.NewReader("hello")); err == nil {
		t.Error("a list without facts was accepted")
	}
	if _, err := readProofs(strings.NewReader("{broken\n")); err == nil {
		t.Error("broken JSON was accepted")
	}
}

func TestTheListOfTheProduct(t *testing.T) {
	groups, err := readFactsFile("../../docs/facts.md")
	if err != nil {
		t.Fatal(err)
	}
	total, told := 0, 0
	for _, g := range groups {
		total, told = total+len(g.ids), told+len(g.told)
	}
	if len(groups) != 38 || total+told != 568 || told != 2 {
		t.Errorf("%d groups with %d facts and %d told; the list has 38, 566 and 2", len(groups), total, told)
	}
	var out strings.Builder
	err = run([]string{"--facts", "../../docs/facts.md", "--groups", "REG"}, strings.NewReader(stream("pass T/REG-22_x")), &out)
	if err != nil || !strings.HasSuffix(out.String(), "proved 1 of 44\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
