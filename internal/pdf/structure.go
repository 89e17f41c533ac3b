package pdf

// Roles of the document's structure (ISO 32000-1, 14.8.4).
const (
	roleDocument = "Document"
	rolePart     = "Part"
	roleTitle    = "H1"
	roleHeading  = "H2"
	roleText     = "P"
	roleTable    = "Table"
	roleRow      = "TR"
	roleHead     = "TH"
	roleCell     = "TD"
	roleFigure   = "Figure"
	roleGroup    = "Div"
)

// element is a node of the structure that screen readers walk.
type element struct {
	role     string
	alt      string   // what a figure shows
	spoken   []string // its lines in reading order
	turned   bool     // the page shows some of them in another order
	scope    string   // what a TH heads: Row or Column
	place    box      // where a figure stands
	parent   *element
	children []*element
	parts    []part
	id       int // object number, set when written
}

// part is a marked part of a page that belongs to an element.
type part struct {
	page *page
	mark int
}

type box struct{ x, top, w, h float64 }

func (e *element) add(role string) *element {
	child := &element{role: role, parent: e}
	e.children = append(e.children, child)
	return child
}

// say notes the lines that are drawn for the element, so that a screen reader
// can have them in reading order.
func (e *element) say(lines []line) {
	for _, l := range lines {
		e.spoken = append(e.spoken, l.text)
		e.turned = e.turned || l.turned
	}
}

// walk visits the element and all below it, parents first.
func (e *element) walk(visit func(*element)) {
	visit(e)
	for _, c := range e.children {
		c.walk(visit)
	}
}

// prune drops elements that nothing was drawn for.
func (e *element) prune() {
	kept := e.children[:0]
	for _, c := range e.children {
		c.prune()
		if len(c.children) > 0 || len(c.parts) > 0 || c.role == roleCell || c.role == roleHead {
			kept = append(kept, c)
		}
	}
	e.children = kept
}
