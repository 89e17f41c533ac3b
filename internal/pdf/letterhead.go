package pdf

// letterhead is the top of a copy's first page: the mark and its name at the
// reading side, the authority opposite, the name of the copy below.
func (p *press) letterhead(copyName string) {
	const markSize, gap = 20, 8
	top := p.y
	if p.options.Mark != "" {
		p.page.aside(func() { p.window(0, top, markSize) })
		p.write(roleText, p.options.Mark, markStyle, column{markSize + gap, textWidth/2 - markSize - gap})
	}
	left := p.y
	p.y = top
	half := column{textWidth / 2, textWidth / 2}
	p.lines(p.part.add(roleText), p.shaper.wrap(p.options.Authority, smallStyle, half.width, p.flow), smallStyle, half, atEnd)
	p.y = max(left, p.y) + 8
	p.page.aside(func() { p.rect(0, p.y, textWidth, 1, accent) })
	p.y += 8
	if copyName != "" {
		p.write(roleText, copyName, smallStyle, fullWidth)
	}
	p.y += 10
}

// window draws the name mark: a window of four panes.
func (p *press) window(start, top, size float64) {
	frame := size / 10
	pane := (size - 3*frame) / 2
	p.rect(start, top, size, size, accent)
	for _, x := range []float64{frame, 2*frame + pane} {
		for _, y := range []float64{frame, 2*frame + pane} {
			p.rect(start+x, top+y, pane, pane, color{1, 1, 1})
		}
	}
}

// footers writes the foot of the pages of one copy.
func (p *press) footers(pages []*page, copyName string) {
	for i, page := range pages {
		p.page = page
		page.aside(func() {
			p.rect(0, footerPlace-4, textWidth, 0.5, rule)
			p.foot(p.options.Title, copyName, column{0, textWidth * 0.75}, atStart)
			if p.options.Footer != nil {
				p.foot(p.options.Footer(i+1, len(pages)), "", column{textWidth * 0.75, textWidth * 0.25}, atEnd)
			}
		})
	}
}

// foot writes at most two lines, one of each text.
func (p *press) foot(first, second string, c column, a align) {
	top := float64(footerPlace)
	for _, text := range []string{first, second} {
		if ls := p.shaper.wrap(text, smallStyle, c.width, p.flow); len(ls) > 0 {
			p.line(ls[0], smallStyle, c, a, top)
			top += smallStyle.lead
		}
	}
}
