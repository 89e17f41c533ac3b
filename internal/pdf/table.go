package pdf

import "slices"

// Row is one line of a list of facts. An empty value is drawn as a line to write
// on by hand.
type Row struct {
	Label string
	Value string
}

// Rows lists facts: the label at the reading side, the value beside it. A value
// runs in its own direction, so that a Latin name or a number keeps its order in
// a Persian document.
func (d *Document) Rows(rows []Row) { d.add(facts(rows)) }

// Column is a column of a table.
type Column struct {
	Head   string
	Number bool // figures stand at the far side, under one another
}

// Table is a table whose head is repeated on every page.
type Table struct {
	Columns []Column
	Rows    [][]string // cells that are missing stay empty, those too many are left out
	Total   []string   // a last row in bold; nil means none
}

// Table adds a table.
func (d *Document) Table(t Table) { d.add(t) }

const (
	cellPadX = 5
	cellPadY = 3.5
	ruleSize = 0.6
)

type facts []Row

func (f facts) set(p *press) {
	const share = 0.38
	g := grid{
		press: p, table: p.part.add(roleTable), byHand: true,
		columns: []column{{0, textWidth * share}, {textWidth * share, textWidth * (1 - share)}},
		aligns:  []align{atStart, atStart},
	}
	for _, r := range f {
		g.draw(g.prepare([]string{r.Label, r.Value}, []style{labelStyle, textStyle}, func(row *element) []*element {
			head := row.add(roleHead)
			head.scope = "Row"
			return []*element{head, row.add(roleCell)}
		}))
	}
	p.y += 10
}

func (t Table) set(p *press) {
	if len(t.Columns) == 0 {
		return
	}
	g := grid{press: p, table: p.part.add(roleTable), columns: t.widths(p)}
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Head
		g.aligns = append(g.aligns, atStart)
		if c.Number {
			g.aligns[i] = atEnd
		}
	}
	p.need(followers)
	g.setHead(head)
	for i, r := range t.Rows {
		row := g.prepare(t.fit(r), same(tableStyle, len(t.Columns)), plainCells(len(t.Columns)))
		if i == len(t.Rows)-1 && t.Total != nil {
			g.keepWithNext(row, headStyle.lead+2*cellPadY)
		}
		g.draw(row)
	}
	if t.Total != nil {
		g.draw(g.prepare(t.fit(t.Total), same(headStyle, len(t.Columns)), plainCells(len(t.Columns))))
	}
	p.y += 10
}

// fit gives a row as many cells as the table has columns.
func (t Table) fit(row []string) []string {
	cells := make([]string, len(t.Columns))
	copy(cells, row)
	return cells
}

// widths shares the page's width among the columns: everybody gets what the
// widest word needs, the rest goes to those with long texts.
func (t Table) widths(p *press) []column {
	n := len(t.Columns)
	whole, least := make([]float64, n), make([]float64, n)
	measure := func(i int, text string, st style) {
		w, l := p.shaper.natural(text, st)
		whole[i], least[i] = max(whole[i], w+2*cellPadX), max(least[i], l+2*cellPadX)
	}
	for i, c := range t.Columns {
		measure(i, c.Head, headStyle)
		for _, r := range t.Rows {
			measure(i, t.fit(r)[i], tableStyle)
		}
		measure(i, t.fit(t.Total)[i], headStyle)
	}
	columns := make([]column, n)
	start := 0.0
	for i, w := range share(whole, least, textWidth) {
		columns[i] = column{start, w}
		start += w
	}
	return columns
}

// share divides a width by what columns want and what they need at least. Those
// that want no more than an equal part get what they want; the others divide
// the rest, first by what they need, then by what they want.
func share(whole, least []float64, width float64) []float64 {
	out := make([]float64, len(whole))
	if wanted := sum(whole); wanted <= width {
		for i := range out {
			out[i] = whole[i] * width / wanted
		}
		return out
	}
	width, rest := modest(whole, width, out)
	wanted, needed := 0.0, 0.0
	for _, i := range rest {
		wanted, needed = wanted+whole[i], needed+least[i]
	}
	for _, i := range rest {
		if needed < width {
			out[i] = least[i] + (whole[i]-least[i])*(width-needed)/(wanted-needed)
		} else {
			out[i] = width * least[i] / needed
		}
	}
	return out
}

// modest settles the columns that want no more than an equal part of what is
// left, and returns the width that remains for the rest.
func modest(whole []float64, width float64, out []float64) (left float64, rest []int) {
	for i := range whole {
		rest = append(rest, i)
	}
	for settled := true; settled; {
		settled = false
		for n, i := range rest {
			if whole[i] <= width/float64(len(rest)) {
				out[i] = whole[i]
				width -= whole[i]
				rest = slices.Delete(rest, n, n+1)
				settled = true
				break
			}
		}
	}
	return width, rest
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func same(st style, n int) []style {
	styles := make([]style, n)
	for i := range styles {
		styles[i] = st
	}
	return styles
}

func plainCells(n int) func(*element) []*element {
	return func(row *element) []*element {
		cells := make([]*element, n)
		for i := range cells {
			cells[i] = row.add(roleCell)
		}
		return cells
	}
}
