package jurisdiction

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// head is jurisdiction.yaml.
type head struct {
	Source
	Code        string        `yaml:"code"`
	Name        Words         `yaml:"name"`
	Portal      Words         `yaml:"portal"`
	Languages   []string      `yaml:"languages"`
	Currency    Currency      `yaml:"currency"`
	TimeZone    string        `yaml:"time_zone"`
	WorkingWeek []string      `yaml:"working_week"` // sun, mon, ...
	Phone       Phone         `yaml:"phone"`
	Address     []AddressPart `yaml:"address"`
	Citizenship Citizenship   `yaml:"citizenship"`
	Contacts    []Contact     `yaml:"contacts"`
}

// loader reads the files of a pack and gathers the mistakes.
type loader struct {
	pack     fs.FS
	j        *Jurisdiction
	problems Problems
}

// Load reads and checks a pack. The error is Problems with every mistake; the
// Jurisdiction is then nil. It never panics on what the files hold.
func Load(pack fs.FS) (*Jurisdiction, error) {
	l := &loader{pack: pack, j: &Jurisdiction{pack: pack}}
	if l.readHead() {
		l.readLists()
		l.readCalendar()
		l.readServices()
		l.readTexts()
		l.check()
	}
	if len(l.problems) == 0 {
		l.runExamples()
		l.tryDemo()
	}
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return l.j, nil
}

// readHead reads what everything else depends on.
func (l *loader) readHead() bool {
	var languages struct {
		Languages []string `yaml:"languages"`
	}
	data, ok := l.bytes("jurisdiction.yaml")
	if !ok {
		return false
	}
	first := decoder{file: "jurisdiction.yaml"}
	first.decode(data, &languages) // unknown keys are told by the second reading
	l.j.Languages = languages.Languages
	var h head
	l.read("jurisdiction.yaml", &h)
	at := h.Source
	if len(h.Languages) == 0 {
		l.add(at.problem("there is no language"))
		return false
	}
	zone, err := loadZone(h.TimeZone)
	if err != nil {
		l.add(at.problem("the time zone %q is not known", h.TimeZone))
		zone = time.UTC
	}
	for _, word := range h.WorkingWeek {
		if weekday(word) < 0 {
			l.add(at.problem("%q is not a weekday", word))
			continue
		}
		l.j.WorkingWeek = append(l.j.WorkingWeek, time.Weekday(weekday(word)))
	}
	if len(l.j.WorkingWeek) == 0 {
		l.add(at.problem("the working week has no day"))
	}
	j := l.j
	j.Code, j.Name, j.Portal, j.Languages, j.Currency, j.Zone = h.Code, h.Name, h.Portal, h.Languages, h.Currency, zone
	j.Phone, j.Address, j.Citizenship, j.Contacts = h.Phone, h.Address, h.Citizenship, h.Contacts
	l.checkHead(h)
	return true
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("no zone")
	}
	return time.LoadLocation(name)
}

// readLists reads the files that hold one list or one set of rules each.
func (l *loader) readLists() {
	j := l.j
	j.Rules, j.Proofing.Letter = defaultRules(), defaultLetter()
	l.read("levels.yaml", &j.Levels)
	l.read("identifiers.yaml", &j.Identifiers)
	l.read("documents.yaml", &j.Documents)
	l.read("names.yaml", &j.Names)
	l.read("passwords.yaml", &j.Passwords)
	l.read("rules.yaml", &j.Rules)
	l.read("proofing.yaml", &j.Proofing)
	l.read("regions.yaml", &j.Regions)
	l.read("cities.yaml", &j.Cities)
	l.read("authorities.yaml", &j.Authorities)
	l.read("categories.yaml", &j.Categories)
	l.read("audiences.yaml", &j.Audiences)
	l.read("centre_kinds.yaml", &j.CentreKinds)
	l.read("centres.yaml", &j.Centres)
	l.read("registers.yaml", &j.Registers)
	l.read("theme/theme.yaml", &j.Theme)
	j.Questions = l.articles("help")
	j.News = l.articles("news")
	j.Terms = l.articles("terms")
	slices.SortStableFunc(j.News, func(a, b Article) int { return b.Date.Compare(a.Date.Day) })
}

// articles reads <folder>/<folder>.yaml and the Markdown files beside it.
func (l *loader) articles(folder string) []Article {
	var list []Article
	l.read(folder+"/"+folder+".yaml", &list)
	for i := range list {
		a := &list[i]
		a.Title, a.Body = Words{}, Words{}
		for _, lang := range l.j.Languages {
			name := folder + "/" + a.Code + "." + lang + ".md"
			data, ok := l.bytes(name)
			if !ok {
				continue
			}
			title, body, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
			words, isTitle := strings.CutPrefix(title, "# ")
			if !isTitle || strings.TrimSpace(body) == "" {
				l.add(Problem{name, 1, "begins with `# ` and the title, then the text"})
			}
			a.Title[lang], a.Body[lang] = strings.TrimSpace(words), strings.TrimSpace(body)
		}
	}
	return list
}

func (l *loader) readCalendar() {
	l.j.Calendar = Calendar{week: l.j.WorkingWeek, years: map[int]Year{}}
	for _, name := range l.files("calendar", ".yaml") {
		number, err := time.Parse("2006", strings.TrimSuffix(path.Base(name), ".yaml"))
		if err != nil {
			l.add(Problem{name, 0, "is named by a year, like 2027.yaml"})
			continue
		}
		var year Year
		l.read(name, &year)
		l.problems = append(l.problems, year.lay(number.Year())...)
		l.j.Calendar.years[number.Year()] = year
	}
	if len(l.j.Calendar.years) == 0 {
		l.add(Problem{"calendar", 0, "has no year"})
	}
}

func (l *loader) readServices() {
	for _, name := range l.files("services", ".yaml") {
		s := &Service{}
		if l.read(name, s); s.ID != "" && s.ID != strings.TrimSuffix(path.Base(name), ".yaml") {
			l.add(s.problem("the id %q is not the name of the file", s.ID))
		}
		l.j.Services = append(l.j.Services, s)
	}
}

// readTexts finds the overlay; its keys are checked by text.Catalogue.Overlay.
func (l *loader) readTexts() {
	for _, name := range l.files("text", ".yaml") {
		if lang := strings.TrimSuffix(path.Base(name), ".yaml"); !slices.Contains(l.j.Languages, lang) {
			l.add(Problem{name, 0, "the pack does not speak this language"})
		}
		sub, err := fs.Sub(l.pack, "text")
		if err == nil {
			l.j.texts = sub
		}
	}
}

// read decodes one file of the pack.
func (l *loader) read(name string, into any) {
	data, ok := l.bytes(name)
	if !ok {
		return
	}
	d := decoder{file: name, languages: l.j.Languages}
	d.decode(data, into)
	l.problems = append(l.problems, d.problems...)
}

func (l *loader) bytes(name string) ([]byte, bool) {
	data, err := fs.ReadFile(l.pack, name)
	if err != nil {
		l.add(Problem{name, 0, "cannot be read: the file is missing or closed"})
		return nil, false
	}
	return data, true
}

// files lists the files of a folder by name; a missing folder has none.
func (l *loader) files(folder, ending string) []string {
	entries, _ := fs.ReadDir(l.pack, folder)
	var names []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ending) {
			names = append(names, folder+"/"+e.Name())
		}
	}
	return names
}

func (l *loader) add(p Problem) { l.problems = append(l.problems, p) }

// tryDemo checks demo/ too, so that a mistake there is told with the others.
func (l *loader) tryDemo() {
	var wrong Problems
	if !l.hasDemo() {
		return
	}
	if _, err := l.j.Demo(); errors.As(err, &wrong) {
		l.problems = append(l.problems, wrong...)
	}
}
