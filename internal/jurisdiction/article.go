package jurisdiction

// Article is a page of help, news or terms. Its text is Markdown, one file a
// language: help/<code>.<lang>.md, whose first line is "# " and the title.
type Article struct {
	Source
	Code     string   `yaml:"code"`
	Date     Date     `yaml:"date,optional"`     // of news
	Popular  bool     `yaml:"popular,optional"`  // stands on the home page (NAV-18)
	Synonyms Synonyms `yaml:"synonyms,optional"` // other words people search with (NAV-13)
	Service  string   `yaml:"service,optional"`  // the service it is about
	Title    Words    // from the first line of each file
	Body     Words    // Markdown after the title
}

// Theme is what the theme builder needs (screens.md 1): colours as #rrggbb.
type Theme struct {
	Source
	Name    string `yaml:"name"`
	Logo    string `yaml:"logo"` // SVG in theme/
	Accent  string `yaml:"accent"`
	Support string `yaml:"support"`
	Neutral string `yaml:"neutral"`
	Radius  int    `yaml:"radius"` // pixels
	Font    string `yaml:"font"`
}
