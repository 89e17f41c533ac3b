package pdf

import (
	"fmt"

	"github.com/skip2/go-qrcode"
)

// QR is a square code with words beside it.
type QR struct {
	Payload string // what the code holds: an address, at most about 1,000 bytes
	Alt     string // what a screen reader says instead of the picture
	Caption string // what to do with it
	Code    string // the same in letters that a person can type; may be empty
}

// qrSize is the side in points, 32 mm with its quiet zone.
const qrSize = 90

// QR adds a code, drawn as squares so that it prints sharp. A payload that does
// not fit is a mistake that WriteTo returns.
func (d *Document) QR(q QR) {
	code, err := qrcode.New(q.Payload, qrcode.Medium)
	if err != nil {
		if d.err == nil {
			d.err = fmt.Errorf("QR code of %d bytes: %w", len(q.Payload), err)
		}
		return
	}
	d.add(square{q, code.Bitmap()})
}

type square struct {
	QR
	dots [][]bool
}

func (s square) set(p *press) {
	const gap = 12
	c := column{qrSize + gap, textWidth - qrSize - gap}
	p.need(qrSize)
	top, sheet := p.y, p.page
	figure := p.part.add(roleFigure)
	figure.alt = clean(s.Alt)
	x := p.place(0, qrSize)
	figure.place = box{x, top, qrSize, qrSize}
	p.page.within(figure, func() { s.draw(p.page, x, top) })
	p.y += 6
	p.write(roleText, s.Caption, textStyle, c)
	p.lines(p.part.add(roleText), p.shaper.wrap(s.Code, codeStyle, c.width, byContent), codeStyle, c, atStart)
	if p.page == sheet {
		p.y = max(p.y, top+qrSize)
	}
	p.y += 8
}

// draw fills the dark squares, each row's neighbours as one.
func (s square) draw(page *page, x, top float64) {
	dot := qrSize / float64(len(s.dots))
	page.fill(color{})
	for row, dots := range s.dots {
		for from := 0; from < len(dots); from++ {
			to := from
			for to < len(dots) && dots[to] {
				to++
			}
			if to > from {
				page.op("%.3f %.3f %.3f %.3f re", x+float64(from)*dot, pageHeight-top-float64(row+1)*dot, float64(to-from)*dot, dot)
				from = to
			}
		}
	}
	page.op("f")
}
