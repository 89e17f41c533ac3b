package pdf

// grid draws the rows of a table one below the other, over pages.
type grid struct {
	press   *press
	table   *element
	columns []column
	aligns  []align
	head    func() // draws the head again on a new page; nil if there is none
	byHand  bool   // what is empty is to be written by hand
}

// gridRow is a row ready to be drawn.
type gridRow struct {
	cells    [][]line
	styles   []style
	elements []*element
	byHand   []bool
	shaded   bool
}

// prepare breaks the texts of a row into lines; cells makes its elements in the structure.
func (g *grid) prepare(texts []string, styles []style, cells func(*element) []*element) gridRow {
	r := gridRow{styles: styles, elements: cells(g.table.add(roleRow))}
	for i, text := range texts {
		inner := max(g.columns[i].width-2*cellPadX, 1)
		ls := g.press.shaper.wrap(text, styles[i], inner, byContent)
		r.cells = append(r.cells, ls)
		r.byHand = append(r.byHand, g.byHand && len(ls) == 0)
	}
	return r
}

// setHead draws the head and remembers it for the next pages, unless it is so
// high that nothing would fit below it.
func (g *grid) setHead(texts []string) {
	r := g.prepare(texts, same(headStyle, len(texts)), func(row *element) []*element {
		var elements []*element
		for range texts {
			e := row.add(roleHead)
			e.scope = "Column"
			elements = append(elements, e)
		}
		return elements
	})
	r.shaded = true
	g.draw(r)
	if r.height() < (bottomEdge-topMargin)/3 {
		again := r
		again.elements = nil
		g.head = func() { g.slice(again, 0, again.count()) }
	}
}

func (r gridRow) count() int {
	n := 1
	for _, c := range r.cells {
		n = max(n, len(c))
	}
	return n
}

func (r gridRow) lead() float64 {
	lead := 0.0
	for _, st := range r.styles {
		lead = max(lead, st.lead)
	}
	return lead
}

func (r gridRow) height() float64 { return float64(r.count())*r.lead() + r.padding() }

// padding is larger where somebody is to write by hand.
func (r gridRow) padding() float64 {
	for _, b := range r.byHand {
		if b {
			return 2*cellPadY + 8
		}
	}
	return 2 * cellPadY
}

// draw puts a row on the page whole, or on the next one; only what is higher
// than a page is cut between lines.
func (g *grid) draw(r gridRow) {
	p := g.press
	for from := 0; from < r.count(); {
		fits := int((bottomEdge - p.y - r.padding()) / r.lead())
		rest := r.count() - from
		fresh := p.y <= topMargin
		if fits < rest && !fresh && (fits < 1 || r.height() < bottomEdge-topMargin-g.headRoom()) {
			p.turn()
			g.again()
			fits = max(1, int((bottomEdge-p.y-r.padding())/r.lead()))
		}
		n := min(rest, max(1, fits))
		g.slice(r, from, from+n)
		from += n
	}
}

// keepWithNext turns the page early if a row fits on this one but what belongs
// below it does not: a sum never stands alone.
func (g *grid) keepWithNext(r gridRow, next float64) {
	p := g.press
	fitsTogether := r.height()+next < bottomEdge-topMargin-g.headRoom()
	if bottom := p.y + r.height(); fitsTogether && bottom <= bottomEdge && bottom+next > bottomEdge {
		p.turn()
		g.again()
	}
}

func (g *grid) again() {
	if g.head != nil {
		g.head()
	}
}

// headRoom is the most that a repeated head may take.
func (g *grid) headRoom() float64 {
	if g.head == nil {
		return 0
	}
	return (bottomEdge - topMargin) / 3
}

// slice draws the lines from..to of a row and moves below it.
func (g *grid) slice(r gridRow, from, to int) {
	p := g.press
	height := float64(to-from)*r.lead() + r.padding()
	p.page.aside(func() {
		if r.shaded {
			p.rect(0, p.y, textWidth, height, shade)
		}
		p.rect(0, p.y+height-ruleSize, textWidth, ruleSize, rule)
		g.linesByHand(r, p.y+height)
	})
	for i, c := range r.cells {
		part := c[min(from, len(c)):min(to, len(c))]
		if len(part) == 0 {
			continue
		}
		draw := func() { g.cell(part, r, i) }
		if r.elements == nil {
			p.page.aside(draw)
			continue
		}
		r.elements[i].say(part)
		p.page.within(r.elements[i], draw)
	}
	p.y += height
}

func (g *grid) cell(part []line, r gridRow, i int) {
	c := column{g.columns[i].start + cellPadX, g.columns[i].width - 2*cellPadX}
	top := g.press.y + r.padding() - cellPadY
	for _, l := range part {
		g.press.line(l, r.styles[i], c, g.aligns[i], top+(r.lead()-r.styles[i].lead)/2)
		top += r.lead()
	}
}

// linesByHand draws a darker line under what is to be filled in with a pen.
func (g *grid) linesByHand(r gridRow, bottom float64) {
	for i, b := range r.byHand {
		if b {
			c := g.columns[i]
			g.press.rect(c.start+cellPadX, bottom-ruleSize-2, c.width-2*cellPadX, ruleSize, ink)
		}
	}
}
