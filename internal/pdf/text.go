package pdf

// Title is the document's name as its reader sees it.
func (d *Document) Title(text string) { d.add(words{roleTitle, text, titleStyle, 6}) }

// Heading begins a section. It stays on one page with what follows.
func (d *Document) Heading(text string) { d.add(words{roleHeading, text, headingStyle, 3}) }

// Text is a paragraph; "\n" begins a new line.
func (d *Document) Text(text string) { d.add(words{roleText, text, textStyle, 6}) }

// Strong is a paragraph that must not be missed, such as the decision itself.
func (d *Document) Strong(text string) { d.add(words{roleText, text, strongStyle, 6}) }

// Small is a paragraph of small print.
func (d *Document) Small(text string) { d.add(words{roleText, text, smallStyle, 6}) }

type words struct {
	role  string
	text  string
	style style
	after float64
}

// followers is how many points a heading needs below it.
const followers = 48

func (w words) set(p *press) {
	ls := p.shaper.wrap(w.text, w.style, textWidth, p.flow)
	if len(ls) == 0 {
		return
	}
	if w.role == roleHeading {
		p.y += 8
		p.need(float64(len(ls))*w.style.lead + followers)
	}
	p.lines(p.part.add(w.role), ls, w.style, fullWidth, atStart)
	p.y += w.after
}

// Notice is a paragraph with a bar at its reading side.
func (d *Document) Notice(text string) { d.add(notice(text)) }

type notice string

func (n notice) set(p *press) {
	const bar, inset = 3, 12
	c := column{inset, textWidth - inset}
	e := p.part.add(roleText)
	for _, l := range p.shaper.wrap(string(n), textStyle, c.width, p.flow) {
		p.need(textStyle.lead)
		p.page.aside(func() { p.rect(0, p.y, bar, textStyle.lead, accent) })
		p.lines(e, []line{l}, textStyle, c, atStart)
	}
	p.y += 8
}

// Signature draws lines to write on, side by side, each with its label below:
// "Date", "Signature". They stay together on one page.
func (d *Document) Signature(labels ...string) { d.add(signature(labels)) }

type signature []string

func (s signature) set(p *press) {
	const above, gap = 34, 18
	if len(s) == 0 {
		return
	}
	wide := (textWidth - gap*float64(len(s)-1)) / float64(len(s))
	p.need(above + 3*smallStyle.lead)
	top, lowest := p.y+above, p.y+above
	sheet := p.page
	for i, label := range s {
		c := column{float64(i) * (wide + gap), wide}
		p.page.aside(func() { p.rect(c.start, top, c.width, 0.7, ink) })
		p.y = top + 3
		p.write(roleText, label, smallStyle, c)
		lowest = max(lowest, p.y)
		if p.page != sheet { // a label of many lines went over the page
			sheet, top, lowest = p.page, p.y, p.y
		}
	}
	p.y = lowest + 8
}

// Box is an empty frame with a label in its corner, for a stamp or for what an
// officer writes by hand. The height is in points, at most half a page.
func (d *Document) Box(label string, height float64) {
	d.add(frame{label, min(max(height, 2*smallStyle.lead), pageHeight/2)})
}

type frame struct {
	label  string
	height float64
}

func (f frame) set(p *press) {
	const line, inset = 0.7, 6
	p.need(f.height)
	top := p.y
	p.page.aside(func() {
		p.rect(0, top, textWidth, line, ink)
		p.rect(0, top+f.height-line, textWidth, line, ink)
		p.rect(0, top, line, f.height, ink)
		p.rect(textWidth-line, top, line, f.height, ink)
	})
	c := column{inset, textWidth - 2*inset}
	ls := p.shaper.wrap(f.label, smallStyle, c.width, p.flow)
	p.y += 4
	p.lines(p.part.add(roleText), ls[:min(len(ls), int((f.height-4)/smallStyle.lead))], smallStyle, c, atStart)
	p.y = top + f.height + 10
}
