package pdf

// Margins in points: 20 mm at the sides, room for the foot of the page below.
const (
	sideMargin  = 56.7
	topMargin   = 48
	bottomEdge  = pageHeight - 62
	textWidth   = pageWidth - 2*sideMargin
	footerPlace = pageHeight - 48
)

var (
	ink    = color{0.1, 0.1, 0.12}
	faded  = color{0.33, 0.35, 0.4}
	accent = color{0.06, 0.28, 0.45}
	rule   = color{0.72, 0.75, 0.79}
	shade  = color{0.94, 0.95, 0.96}
)

var (
	titleStyle   = style{size: 19, lead: 27, bold: true, ink: ink}
	headingStyle = style{size: 12.5, lead: 19, bold: true, ink: ink}
	textStyle    = style{size: 10.5, lead: 16, ink: ink}
	strongStyle  = style{size: 10.5, lead: 16, bold: true, ink: ink}
	smallStyle   = style{size: 8.5, lead: 13, ink: faded}
	tableStyle   = style{size: 9.5, lead: 14, ink: ink}
	headStyle    = style{size: 9.5, lead: 14, bold: true, ink: ink}
	labelStyle   = style{size: 9.5, lead: 14, ink: faded}
	markStyle    = style{size: 15, lead: 22, bold: true, ink: accent}
	codeStyle    = style{size: 17, lead: 25, bold: true, ink: ink}
)

// align is where a line stands in its column; start is the side from which the
// document is read.
type align int

const (
	atStart align = iota
	atEnd
	inMiddle
)

// press lays blocks out on pages. Places along a line are counted from the side
// from which the document is read, so that nothing but place and the shaper
// knows about mirroring.
type press struct {
	options Options
	shaper  *shaper
	flow    flow

	root  *element
	part  *element // where blocks hang their elements
	pages []*page
	page  *page
	y     float64 // from the top
}

func newPress(o Options, families []family) *press {
	p := &press{options: o, shaper: newShaper(families, o.Lang), root: &element{role: roleDocument}}
	p.part = p.root
	if o.RightToLeft {
		p.flow = rightToLeft
	}
	return p
}

// print lays out every copy and returns the finished file.
func (p *press) print(blocks []block) ([]byte, error) {
	copies := p.options.Copies
	if len(copies) == 0 {
		copies = []string{""}
	}
	for _, name := range copies {
		first := len(p.pages)
		p.part = p.root.add(rolePart)
		p.turn()
		p.letterhead(name)
		for _, b := range blocks {
			b.set(p)
		}
		p.footers(p.pages[first:], name)
	}
	p.root.prune()
	return p.file()
}

// turn begins a new page.
func (p *press) turn() {
	p.page = &page{}
	p.pages = append(p.pages, p.page)
	p.y = topMargin
}

// need turns the page unless so many points are left on it. What is higher than
// a page stays where it is.
func (p *press) need(height float64) {
	if p.y+height > bottomEdge && p.y > topMargin {
		p.turn()
	}
}

// place turns a distance from the reading side into one from the left.
func (p *press) place(start, width float64) float64 {
	if p.options.RightToLeft {
		return pageWidth - sideMargin - start - width
	}
	return sideMargin + start
}

func (p *press) rect(start, top, w, h float64, ink color) {
	p.page.rect(p.place(start, w), top, w, h, ink)
}

// column is a strip of the page, counted from the reading side.
type column struct{ start, width float64 }

var fullWidth = column{0, textWidth}

// line draws one line in a column with its top at the given height.
func (p *press) line(l line, st style, c column, a align, top float64) {
	start := c.start
	switch a {
	case atEnd:
		start += c.width - l.width
	case inMiddle:
		start += (c.width - l.width) / 2
	}
	p.page.text(l, st, p.place(start, l.width), top+st.lead/2+st.size*0.35)
}

// lines draws a text that may go over pages, and moves below it.
func (p *press) lines(e *element, ls []line, st style, c column, a align) {
	for len(ls) > 0 {
		p.need(st.lead)
		n := min(len(ls), max(1, int((bottomEdge-p.y)/st.lead)))
		e.say(ls[:n])
		p.page.within(e, func() {
			for _, l := range ls[:n] {
				p.line(l, st, c, a, p.y)
				p.y += st.lead
			}
		})
		ls = ls[n:]
	}
}

// write sets a text in the main direction of the document.
func (p *press) write(role, text string, st style, c column) {
	p.lines(p.part.add(role), p.shaper.wrap(text, st, c.width, p.flow), st, c, atStart)
}
