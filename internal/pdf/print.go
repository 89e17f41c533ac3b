package pdf

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// file writes everything that was laid out.
func (p *press) file() ([]byte, error) {
	f := newFile()
	tree := f.reserve()
	fonts, err := p.fonts(f)
	if err != nil {
		return nil, err
	}
	pages, err := p.sheets(f, fonts)
	if err != nil {
		return nil, err
	}
	p.structure(f, tree, pages)
	metadata, err := f.stream([]byte(p.xmp()), "/Type/Metadata/Subtype/XML")
	if err != nil {
		return nil, err
	}
	// No /Direction/R2L: it only orders pages side by side, and with it Chrome
	// copies the groups of a Latin code in turned order.
	catalog := f.object("<</Type/Catalog/Pages %d 0 R/Lang(%s)/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R"+
		"/ViewerPreferences<</DisplayDocTitle true>>>>", pages.tree, p.lang(), tree, metadata)
	info := f.object("<</Title %s/Producer(Okno)%s>>", textString(p.title()), p.created())
	return f.finish(catalog, info), nil
}

// lang keeps what may stand in a language tag.
func (p *press) lang() string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, p.options.Lang)
}

func (p *press) title() string {
	return strings.ReplaceAll(plain([]rune(clean(p.options.Title))), "\n", " ")
}

func (p *press) created() string {
	if p.options.Now.IsZero() {
		return ""
	}
	return "/CreationDate(D:" + p.options.Now.UTC().Format("20060102150405") + "+00'00')"
}

// xmp repeats title, language and date for readers that want them as XML.
func (p *press) xmp() string {
	var title, b strings.Builder
	_ = xml.EscapeText(&title, []byte(p.title())) // a Builder never fails
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">`)
	fmt.Fprintf(&b, `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>`, title.String())
	fmt.Fprintf(&b, `<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>`, p.lang())
	if !p.options.Now.IsZero() {
		fmt.Fprintf(&b, `<xmp:CreateDate>%s</xmp:CreateDate>`, p.options.Now.UTC().Format(time.RFC3339))
	}
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return b.String()
}

// sheetIDs are the object numbers of the pages and of the node that lists them.
type sheetIDs struct {
	tree int
	of   map[*page]int
}

func (p *press) sheets(f *file, fonts string) (sheetIDs, error) {
	s := sheetIDs{tree: f.reserve(), of: map[*page]int{}}
	resources := f.object("<</Font<<%s>>>>", fonts)
	var ids []int
	for i, page := range p.pages {
		content, err := f.stream(page.content.Bytes(), "")
		if err != nil {
			return s, err
		}
		id := f.object("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R/StructParents %d/Tabs/S>>",
			s.tree, num(pageWidth), num(pageHeight), resources, content, i)
		s.of[page] = id
		ids = append(ids, id)
	}
	f.put(s.tree, "<</Type/Pages/Kids%s/Count %d>>", refs(ids), len(ids))
	return s, nil
}

// structure writes the tree of elements and, for each page, whose its marked parts are.
func (p *press) structure(f *file, tree int, pages sheetIDs) {
	p.root.walk(func(e *element) { e.id = f.reserve() })
	p.root.walk(func(e *element) {
		parent := tree
		if e.parent != nil {
			parent = e.parent.id
		}
		f.put(e.id, "<</Type/StructElem/S/%s/P %d 0 R%s/K[%s]>>", e.role, parent, e.attributes(), e.kids(pages))
	})
	var nums strings.Builder
	for i, page := range p.pages {
		var owners []int
		for _, e := range page.marks {
			owners = append(owners, e.id)
		}
		fmt.Fprintf(&nums, "%d %s ", i, refs(owners))
	}
	parents := f.object("<</Nums[%s]>>", nums.String())
	f.put(tree, "<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>", p.root.id, parents, len(p.pages))
}

func (e *element) attributes() string {
	text := ""
	if e.turned {
		text = "/ActualText " + textString(strings.Join(e.spoken, " "))
	}
	switch {
	case e.scope != "":
		return text + "/A<</O/Table/Scope/" + e.scope + ">>"
	case e.role == roleFigure:
		b := e.place
		return fmt.Sprintf("/Alt %s/A<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>", textString(e.alt),
			num(b.x), num(pageHeight-b.top-b.h), num(b.x+b.w), num(pageHeight-b.top))
	}
	return text
}

func (e *element) kids(pages sheetIDs) string {
	var b strings.Builder
	for _, c := range e.children {
		fmt.Fprintf(&b, "%d 0 R ", c.id)
	}
	for _, part := range e.parts {
		fmt.Fprintf(&b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", pages.of[part.page], part.mark)
	}
	return strings.TrimSuffix(b.String(), " ")
}
